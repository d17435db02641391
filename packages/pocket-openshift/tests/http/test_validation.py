import pytest

from pocket_openshift.core.behaviour import Call
from pocket_openshift.http import validation
from pocket_openshift.vocabulary import errors, identity, kinds, paths

MAP = "configmaps"


def call(resource=MAP, part="", **query):
    kind = kinds.named(resource)
    target = paths.Target("create", kind.group, kind.version, kind.plural, "ns", "", part, kind)
    return Call(identity.ANONYMOUS, target, kind, query)


@pytest.mark.parametrize(
    ("resource", "body", "text"),
    [
        (MAP, {"metadata": {"name": 5}}, "number into Go struct field ObjectMeta.metadata.name"),
        (MAP, {"metadata": []}, "array into Go struct field ConfigMap.metadata of type"),
        ("pods", {"spec": 5}, "number into Go struct field Pod.spec of type v1.PodSpec"),
        # Kinds whose fields are not known.
        ("securitycontextconstraints.security.openshift.io", {"metadata": {"labels": 5}}, "labels"),
    ],
)
def test_a_field_of_another_type_is_refused(resource, body, text):
    with pytest.raises(errors.StatusError) as refused:
        validation.checked(call(resource), body)
    assert refused.value.code == 400
    assert text in str(refused.value)


@pytest.mark.parametrize("body", [5, "x", [], [{"op": "x"}]])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(errors.StatusError) as refused:
        validation.checked(call(), body)
    assert refused.value.code == 400


def test_a_field_too_much_is_left_out_and_told():
    asked = call()
    made = validation.checked(asked, {"dta": {}, "metadata": {"nme": "a"}, "data": None})
    assert made == {"metadata": {}}
    assert asked.warnings == ['unknown field "dta"', 'unknown field "metadata.nme"']


def test_who_does_not_want_to_hear_of_it_does_not():
    asked = call(fieldValidation="Ignore")
    assert validation.checked(asked, {"dta": {}}) == {}
    assert asked.warnings == []


def test_who_is_strict_is_refused():
    with pytest.raises(errors.StatusError) as refused:
        validation.checked(call(fieldValidation="Strict"), {"dta": 1, "metadata": {"nme": "a"}})
    assert str(refused.value) == (
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: '
        'unknown field "dta", unknown field "metadata.nme"'
    )


def test_kinds_that_are_not_known_keep_what_they_say():
    body = {"allowPrivilegedContainer": True, "users": ["a"]}
    asked = call("securitycontextconstraints.security.openshift.io")
    assert validation.checked(asked, body) == body


def test_a_part_of_a_kind_has_fields_of_its_own():
    asked = call("serviceaccounts", "token")
    body = {"spec": {"expirationSeconds": 600, "secrets": []}}
    assert validation.checked(asked, body) == {"spec": {"expirationSeconds": 600}}
    assert asked.warnings == ['unknown field "spec.secrets"']


def test_what_a_patch_makes_is_held_to_the_same():
    asked = call()
    assert validation.checked_patch(asked, {"dta": {}, "data": {"a": "b"}}) == {"data": {"a": "b"}}
    with pytest.raises(errors.StatusError) as refused:
        validation.checked_patch(asked, {"data": {"a": 5}})
    assert refused.value.code == 422
    assert str(refused.value) == (
        ' "" is invalid: patch: Invalid value: "{\\"data\\":{\\"a\\":5}}": json: cannot unmarshal '
        "number into Go struct field ConfigMap.data of type string"
    )
    with pytest.raises(errors.StatusError, match="cannot convert int64 to string"):
        validation.checked_patch(asked, {"data": {"a": 5}}, "map[data:map[a:5]]")
    with pytest.raises(errors.StatusError, match="strict decoding error"):
        validation.checked_patch(call(fieldValidation="Strict"), {"dta": {}})


@pytest.mark.parametrize(
    ("verb", "query", "text"),
    [
        (
            "delete",
            {"dryRun": "yes"},
            'DeleteOptions.meta.k8s.io "" is invalid: dryRun: '
            'Unsupported value: ["yes"]: supported values: "All"',
        ),
        (
            "create",
            {"dryRun": "yes"},
            'CreateOptions.meta.k8s.io "" is invalid: dryRun: '
            'Unsupported value: ["yes"]: supported values: "All"',
        ),
        (
            "patch",
            {"fieldValidation": "Most"},
            'PatchOptions.meta.k8s.io "" is invalid: '
            'fieldValidation: Unsupported value: "Most": supported values: "", "Ignore", "Strict", '
            '"Warn"',
        ),
    ],
)
def test_options_that_do_not_exist_are_refused(verb, query, text):
    with pytest.raises(errors.StatusError) as refused:
        validation.check_options(verb, query)
    assert (refused.value.code, str(refused.value)) == (422, text)
    validation.check_options("list", query)
    validation.check_options("create", {"dryRun": "All", "fieldValidation": "Warn"})
