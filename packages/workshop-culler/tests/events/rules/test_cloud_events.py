import base64
import hashlib
import hmac
import json

import pytest

from workshop_culler.events.rules import cloud_events
from workshop_culler.events.rules.changes import Event

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_an_event_has_the_form_of_cloud_events():
    event = Event("1a", "session.ended", "2026-11-30T12:00:00Z", "ada", "two", {"why": "idle"})
    line = cloud_events.render_event(event, "/services/culler/")
    assert "\n" not in line
    assert json.loads(line) == {
        "specversion": "1.0",
        "id": "1a",
        "source": "/services/culler/",
        "type": "org.jupyter.workshop.session.ended",
        "subject": "ada/two",
        "time": "2026-11-30T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {"user": "ada", "server": "two", "why": "idle"},
    }


def test_a_signature_is_that_of_standard_webhooks():
    """The vector that the libraries of the standard are tested with."""
    keys = cloud_events.parse_secrets(KEY)
    found = cloud_events.sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}', keys
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_give_two_signatures():
    other = f"whsec_{base64.b64encode(b'x' * 32).decode()}"
    keys = cloud_events.parse_secrets(f"{KEY}\n{other}\n")
    headers = cloud_events.make_headers("id", 5, "{}", keys)
    assert headers["webhook-timestamp"] == "5"
    assert headers["Content-Type"] == "application/cloudevents+json"
    digest = hmac.new(b"x" * 32, b"id.5.{}", hashlib.sha256).digest()
    assert headers["webhook-signature"].split()[1] == f"v1,{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(
    "text", ["", "geheim", "whsec_", "whsec_geheim!", "whsec_Z2VoZWlt", f"{KEY} " * 3, KEY[6:]]
)
def test_a_weak_secret_is_refused_without_a_part_of_it(text):
    with pytest.raises(cloud_events.BadSecretError, match="openssl rand") as caught:
        cloud_events.parse_secrets(text)
    assert "geheim" not in str(caught.value)
    assert "Z2VoZWlt" not in str(caught.value)
