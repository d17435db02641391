import logging

import pytest

from workshop_culler import errors
from workshop_culler.clients import retries

LOG = logging.getLogger("test")


def busy(status=503, wait=None):
    error = errors.TemporaryError("busy", status)
    error.wait = wait
    return error


async def run(*outcomes):
    """Try work with these outcomes; returns the result and the waits."""
    waits, rest = [], list(outcomes)

    async def work():
        outcome = rest.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def sleep(seconds):
        waits.append(seconds)

    try:
        return await retries.retry(work, "GET /x", sleep, LOG), waits
    except errors.ApiError as error:
        return type(error), waits


@pytest.mark.parametrize(
    ("outcomes", "result", "waits"),
    [
        ([1], 1, []),
        ([busy(), 1], 1, [1]),
        ([busy(), busy(), 1], 1, [1, 2]),
        ([busy(), busy(), busy()], errors.TemporaryError, [1, 2]),
        ([busy(400)], errors.TemporaryError, []),
        ([errors.GoneError("x")], errors.GoneError, []),
        ([errors.PermanentError("x")], errors.PermanentError, []),
        ([busy(wait=0), 1], 1, [0]),
        ([busy(wait=7), 1], 1, [7]),
        ([busy(wait=9999), 1], 1, [20]),
    ],
)
async def test_retries(outcomes, result, waits):
    assert await run(*outcomes) == (result, waits)


@pytest.mark.parametrize(("text", "seconds"), [("3", 3), ("soon", None), ("", None), (None, None)])
def test_retry_after(text, seconds):
    assert retries.read_retry_after(text) == seconds
