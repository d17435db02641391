import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.rules import hub_ids


@pytest.mark.parametrize(
    ("told", "found", "living", "known", "hub"),
    [
        pytest.param("h1", {"h2"}, {"h2"}, "", "h1", id="told"),
        pytest.param("", set(), set(), "", "", id="nothing carries one"),
        pytest.param("", {"h1"}, {"h1"}, "", "h1", id="the only one, and alive"),
        pytest.param("", {"h1", "h2"}, set(), "h1", "h1", id="known from before"),
        pytest.param("", {"h1"}, set(), "", hub_ids.NOT_KNOWN, id="perhaps the other one's"),
        pytest.param("", {"h1", "h2"}, {"h1"}, "", hub_ids.NOT_KNOWN, id="two"),
        pytest.param("", {"h1", "h2"}, {"h1", "h2"}, "", hub_ids.NOT_KNOWN, id="two, one user"),
    ],
)
def test_which_hub_is_ours(told, found, living, known, hub):
    verdict = hub_ids.decide_hub(told, found, living, known)
    assert verdict.hub == hub
    assert bool(verdict.problem) == (hub == hub_ids.NOT_KNOWN)


@pytest.mark.parametrize(
    ("told", "found", "living", "holder", "hub"),
    [
        pytest.param("h1", {"h1"}, (), "h1", "", id="ours"),
        pytest.param("new", {"old"}, (), "new", "", id="a lost database"),
        pytest.param("h2", {"h1"}, (), "h1", hub_ids.NOT_KNOWN, id="the other one runs"),
        pytest.param("", {"h1"}, {"h1"}, "h1", "", id="learned"),
        pytest.param("", {"h1"}, (), "h1", hub_ids.NOT_KNOWN, id="not known to be ours"),
    ],
)
def test_who_holds_the_application_is_the_heir(told, found, living, holder, hub):
    assert hub_ids.decide_hub(told, found, living, "", holder).hub == hub


ids = st.sets(st.sampled_from(["h1", "h2", "h3"]))


@given(ids, ids)
def test_an_id_that_no_server_of_ours_has_is_never_taken_for_ours(found, living):
    hub = hub_ids.decide_hub("", found, living).hub
    assert hub in ("", hub_ids.NOT_KNOWN) or hub in living
