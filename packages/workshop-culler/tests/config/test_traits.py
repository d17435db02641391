import pytest
from traitlets import TraitError

from workshop_culler.config.traits import CullerTraits


@pytest.mark.parametrize("name", sorted(CullerTraits.class_own_traits(config=True)))
def test_help_says_what_when_and_shows_an_example(name):
    text = CullerTraits.class_traits()[name].help
    assert text.split("\n")[0].rstrip().endswith((".", ":", "wins.")), "begin with a sentence"
    assert "Example: `" in text
    assert len(text.split()) > 15


def test_the_application_and_namespace_come_from_the_spawners_environment(monkeypatch):
    monkeypatch.setenv("SPAWNER_APPLICATION", "lab")
    monkeypatch.setenv("SPAWNER_NAMESPACE", "workshops")
    culler = CullerTraits()
    assert (culler.application, culler.namespace) == ("lab", "workshops")


@pytest.mark.parametrize("bad", [[{"x": 1}], [{"idle": "soon"}], [3]])
def test_bad_policies_are_refused(bad):
    with pytest.raises(TraitError, match=r"WorkshopCuller\.policies"):
        CullerTraits(policies=bad)
