"""Our errors as JupyterHub shows them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from jupyterhub import spawner as hub_spawner

from workshop_spawner.model import errors
from workshop_spawner.start import hub_errors

try:
    from jupyterhub.utils import format_exception
except ImportError:  # JupyterHub 5, which reads the two attributes where it needs them

    def format_exception(error):
        return error.jupyterhub_message, error.jupyterhub_html_message


ERRORS = [
    errors.TemporaryError("Please <wait>.", "create Pod x: 500"),
    errors.ForbiddenError("Please <wait>.", "create Pod x: 403"),
    errors.StartError("Please <wait>.", "pod x: ImagePullBackOff"),
]


@pytest.mark.parametrize("hub6", [True, False])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_the_visitor_reads_the_sentence_and_the_log_the_object(monkeypatch, error, hub6):
    if not hub6:
        monkeypatch.delattr(hub_spawner, "SpawnException", raising=False)
    elif not hasattr(hub_spawner, "SpawnException"):
        pytest.skip("needs jupyterhub >= 6")
    refusal = hub_errors.make_spawn_error(error)
    message, html_message = format_exception(refusal)
    assert message == "Please <wait>."
    assert "<wait>" not in (html_message or "")
    assert error.detail in str(refusal)


@pytest.mark.parametrize(("error", "status"), [*zip(ERRORS, [503, 403, 500], strict=True)])
def test_a_refused_start_is_not_a_hubs_failure(error, status):
    assert hub_errors.find_reason(error)[1] == status


async def test_the_end_of_a_session_is_shown_as_a_failed_start_is():
    lost = errors.LostError("Your session ended: <b>.", "pod x")
    spawner = SimpleNamespace(active=False, _spawn_future=hub_errors.make_failed_start(lost))
    assert hub_spawner.Spawner._failed.fget(spawner)
    assert format_exception(spawner._spawn_future.exception())[0] == "Your session ended: <b>."
