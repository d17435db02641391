import pytest

from workshop_culler.rules import kinds


@pytest.mark.parametrize(
    ("kind", "namespace", "name", "path"),
    [
        (kinds.PROJECTS, "", "", "/api/v1/namespaces"),
        (kinds.PROJECTS, "", "a", "/api/v1/namespaces/a"),
        (kinds.PODS, "hub", "", "/api/v1/namespaces/hub/pods"),
        (kinds.PODS, "hub", "a", "/api/v1/namespaces/hub/pods/a"),
        (kinds.PODS, "", "", "/api/v1/pods"),
        (
            kinds.BY_PLURAL["routes"],
            "hub",
            "a",
            "/apis/route.openshift.io/v1/namespaces/hub/routes/a",
        ),
    ],
)
def test_paths(kind, namespace, name, path):
    assert kind.path(namespace, name) == path


def test_every_kind_is_found_by_its_name():
    assert len(kinds.BY_PLURAL) == 1 + len(kinds.OWN) + len(kinds.LOOSE)
