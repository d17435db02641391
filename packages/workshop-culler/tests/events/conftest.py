"""A receiver that answers as told, and a queue, for the tests of events."""

import base64

import pytest

from told_service import run_told_service
from workshop_culler.events.queue import EventQueue
from workshop_culler.events.rules.destinations import Destination

KEY = b"k" * 32


@pytest.fixture
def told_service():
    with run_told_service() as server:
        yield server


@pytest.fixture
def queue(tmp_path):
    made = EventQueue(tmp_path / "events.sqlite", "/services/culler/")
    yield made
    made.close()


@pytest.fixture
def make_destination(told_service, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(f"whsec_{base64.b64encode(KEY).decode()}\n")

    def make(name="chat", **changes):
        known = {
            "url": f"{told_service.url}hook?key=url-secret",
            "secret_file": str(secret),
            "allow_local": True,
        }
        return Destination(name, **(known | changes))

    return make
