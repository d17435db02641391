"""What may be written to."""

import logging
import typing

import pytest

from workshop_spawner import logs

KINDS = tuple(typing.get_origin(kind) or kind for kind in typing.get_args(logs.Log))


@pytest.mark.parametrize(
    "log", [logging.getLogger("t"), logging.LoggerAdapter(logging.getLogger("t"), {})]
)
def test_the_hubs_logger_and_a_spawners_are_logs(log):
    assert isinstance(log, KINDS)
