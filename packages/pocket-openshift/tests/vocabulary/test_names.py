import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import kinds, names

POD, NAMESPACE, SERVICE = map(kinds.named, ("pods", "namespaces", "services"))
BINDING = kinds.named("rolebindings.rbac.authorization.k8s.io")


@pytest.mark.parametrize(
    ("kind", "name", "fine"),
    [
        (POD, "a.b-c", True),
        (POD, "A", False),
        (POD, "a" * 253, True),
        (POD, "a" * 254, False),
        (NAMESPACE, "a-1", True),
        (NAMESPACE, "a.b", False),
        (NAMESPACE, "a" * 64, False),
        (SERVICE, "a1", True),
        (SERVICE, "1a", False),
        (BINDING, "System:odd Name", True),
        (BINDING, "a/b", False),
    ],
)
def test_names_are_judged_by_their_kind(kind, name, fine):
    assert (names.find_name_cause(kind, name) is None) is fine


def test_no_name_is_required_value():
    assert names.find_name_cause(POD, "").reason == "FieldValueRequired"


@given(st.from_regex(r"[a-z][a-z0-9-]{0,100}", fullmatch=True))
def test_a_generated_name_is_a_good_name_of_its_prefix(prefix):
    made = names.generated(prefix)
    assert len(made) <= 63
    assert made.startswith(prefix[:58])
    assert names.find_name_cause(NAMESPACE, made) is None


def test_generated_names_differ():
    assert len({names.generated("a-") for _ in range(100)}) == 100


@pytest.mark.parametrize("name", ["c?x=", "a b", "../../workshop/other", "-a", "a" * 64])
def test_a_name_inside_an_object_is_a_label(name):
    cause = names.find_label_cause("spec.containers[0].name", name)
    assert (cause.field, cause.reason) == ("spec.containers[0].name", "FieldValueInvalid")


def test_a_good_label_is_fine():
    assert names.find_label_cause("spec.containers[0].name", "notebook-1") is None
