import pytest

from pocket_openshift.vocabulary import decoding, kinds, schemas

# Kinds whose fields nobody publishes, or that are answered from others and never sent whole.
UNKNOWN = {"securitycontextconstraints.security.openshift.io"}


def test_a_type_is_read_as_the_tables_write_it():
    pod = schemas.struct("core.v1.Pod")
    found = schemas.parse_type("{[core.v1.Pod]}", {"core.v1.Pod": pod})
    assert (found.form, found.go) == ("map", "map[string][]v1.Pod")
    assert found.item.item is pod


@pytest.mark.parametrize(
    ("text", "go"),
    [
        ("string", "string"),
        ("Quantity", "resource.Quantity"),
        ("string:v1.Protocol", "v1.Protocol"),
        ("{bytes}", "map[string][]uint8"),
    ],
)
def test_a_type_is_called_as_in_go(text, go):
    assert schemas.parse_type(text, {}).go == go


def test_a_type_that_there_is_not_is_an_error():
    with pytest.raises(KeyError):
        schemas.parse_type("[core.v1.Nothing]", {})


def test_structs_hold_structs():
    pod = schemas.of_kind("pods")
    assert pod.struct == "Pod"
    container = pod.fields["spec"].fields["containers"].item
    assert container.fields["name"].word == "string"
    assert container.fields["ports"].item.fields["containerPort"].word == "int32"


@pytest.mark.parametrize("kind", [k for k in kinds.KINDS if k.stored and k.resource not in UNKNOWN])
def test_kinds_that_are_stored_have_metadata_of_a_known_type(kind):
    known = schemas.of_kind(kind.resource)
    assert known is None or known.fields["metadata"] is schemas.struct("meta.v1.ObjectMeta")


@pytest.mark.parametrize(
    "resource",
    [
        "pods",
        "services",
        "secrets",
        "deployments.apps",
        "jobs.batch",
        "routes.route.openshift.io",
        "rolebindings.rbac.authorization.k8s.io",
        "networkpolicies.networking.k8s.io",
        "scale",
    ],
)
def test_the_fields_of_what_workshops_are_made_of_are_known(resource):
    assert schemas.of_kind(resource) is not None


def test_all_types_are_ones_that_the_decoder_knows():
    def words(kind, seen):
        if kind.form == "scalar":
            yield kind.word
        elif kind.item is not None:
            yield from words(kind.item, seen)
        elif kind.word not in seen:
            seen.add(kind.word)
            for field in kind.fields.values():
                yield from words(field, seen)

    seen: set[str] = set()
    found = {
        word
        for kind in kinds.KINDS
        if (known := schemas.of_kind(kind.resource))
        for word in words(known, seen)
    }
    assert found <= set(decoding._CHECKS)
    assert len(seen) > 200
