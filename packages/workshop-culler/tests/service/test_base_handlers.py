from types import SimpleNamespace

import pytest

from workshop_culler.errors import StartError
from workshop_culler.service import api, base_handlers, instructor_page


def test_without_access_scopes_it_does_not_start():
    with pytest.raises(StartError, match="anybody would be let in"):
        base_handlers.check_access(SimpleNamespace(access_scopes=set()))
    base_handlers.check_access(SimpleNamespace(access_scopes={"access:services!service=x"}))


OPEN = {"Health"}  # no login, and tells no names


@pytest.mark.parametrize("module", [api, instructor_page])
def test_every_handler_is_behind_the_gate(module):
    """A handler that somebody adds and forgets to guard is found here."""
    for name, thing in vars(module).items():
        if isinstance(thing, type) and thing.__module__ == module.__name__ and name not in OPEN:
            assert issubclass(thing, base_handlers.BaseHandler) or name == "WithSlash"


def test_pages_may_not_be_framed_and_run_only_our_own_scripts():
    assert "frame-ancestors 'none'" in base_handlers.POLICY
    assert "script-src 'self'" in base_handlers.POLICY
    assert "unsafe" not in base_handlers.POLICY
