import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.resources.rules import template_rules

PATH = "/apis/template.openshift.io/v1/namespaces/default/processedtemplates"


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("[a-z0-9]{4}", r"[a-z0-9]{4}"),
        ("[a-zA-Z0-9]{32}", r"[a-zA-Z0-9]{32}"),
        ("[a-f0-9]{32}", r"[a-f0-9]{32}"),
        ("user-[0-9]{1}x", r"user-[0-9]x"),
        ("[a-z]{2}-[A-Z]{3}", r"[a-z]{2}-[A-Z]{3}"),
        (r"[\w]{16}", r"\w{16}"),
        (r"[\d]{8}", r"\d{8}"),
        (r"[\a]{8}", r"[a-zA-Z0-9]{8}"),
        (r"[\A]{8}", rf"[{re.escape(string.punctuation)}]{{8}}"),
        (r"[xy_]{2}", r"\[xy_\]\{2\}"),
        ("no ranges", "no ranges"),
        ("", ""),
    ],
)
def test_an_expression_generates_what_it_says(expression, matches):
    assert re.fullmatch(matches, template_rules.generate(expression))


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("[a-z]{0}", r"within \[1-255\]"),
        ("[a-z]{256}", r"within \[1-255\]"),
        ("[z-a]{2}", "invalid range"),
        ("[a-Z]{2}", "invalid range"),
        ("[0-z]{2}", "invalid range"),
        ("[a--z]{2}", "malformed"),
        (r"[\q]{2}", "malformed"),
    ],
)
def test_a_malformed_expression_says_so(expression, says):
    with pytest.raises(template_rules.ExpressionError, match=says):
        template_rules.generate(expression)


def test_generated_values_differ():
    assert len({template_rules.generate("[a-z0-9]{32}") for _ in range(50)}) == 50


@given(st.integers(1, 255))
def test_the_length_is_kept(length):
    assert len(template_rules.generate(f"[a-z]{{{length}}}")) == length


VALUES = {"A": "1", "B": "b", "JSON": '{"x": [1]}', "BAD": "{", "SELF": "${B}", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${A}", "1"),
        ("x-${A}-${B}-${A}", "x-1-b-1"),
        ("${{A}}", 1),
        ("${{JSON}}", {"x": [1]}),
        ("${{BAD}}", "{"),
        ("${{EMPTY}}", ""),
        ("x${{A}}", "x${{A}}"),
        ("${UNKNOWN}", "${UNKNOWN}"),
        ("${{UNKNOWN}}", "${{UNKNOWN}}"),
        ("${SELF}", "${B}"),
        ("$A {A} ${}", "$A {A} ${}"),
    ],
)
def test_parameters_are_put_in(text, filled):
    assert template_rules.substitute(text, VALUES) == filled


def test_every_text_of_an_object_is_filled_and_names_too():
    obj = {"data": {"${B}": "${A}", "n": 5, "list": ["${B}", {"deep": "${{A}}"}], "none": None}}
    assert template_rules.fill(obj, VALUES) == {
        "data": {"b": "1", "n": 5, "list": ["b", {"deep": 1}], "none": None}
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_has_no_parameters_stays(obj):
    assert template_rules.fill(obj, {}) == obj


def template(**more):
    return {
        "kind": "Template",
        "apiVersion": "template.openshift.io/v1",
        "metadata": {"name": "t"},
        "objects": [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "${NAME}", "namespace": "fixed"},
            }
        ],
        "parameters": [{"name": "NAME", "value": "n"}],
        **more,
    }


def test_labels_and_message_are_filled_in():
    made, wrong = template_rules.process(template(labels={"app": "${NAME}"}, message="see ${NAME}"))
    assert not wrong
    assert made["message"] == "see n"
    assert made["objects"][0]["metadata"] == {"name": "n", "labels": {"app": "n"}}


def test_a_namespace_from_a_parameter_stays():
    obj = {"kind": "Role", "metadata": {"name": "r", "namespace": "${NAME}"}}
    made, _ = template_rules.process(template(objects=[obj]))
    assert made["objects"][0]["metadata"]["namespace"] == "n"


def test_the_template_that_is_given_is_not_changed():
    given_template = template(
        parameters=[{"name": "NAME", "generate": "expression", "from": "[a]{2}"}]
    )
    before = repr(given_template)
    made, _ = template_rules.process(given_template)
    assert made["parameters"][0]["value"] == "aa"
    assert repr(given_template) == before


@pytest.mark.parametrize(
    ("parameter", "field", "says"),
    [
        ({"name": "A", "required": True}, "template.parameters[0]", "parameter A is required"),
        ({"name": "A", "generate": "magic"}, "template.parameters[0]", "Unknown generator name"),
        (
            {"name": "A", "generate": "expression", "from": "[a-z]{999}"},
            "template.parameters[0]",
            "range must be within",
        ),
        ({"name": "A-B"}, "template.parameters[0].name", "does not match"),
        ({}, "template.parameters[0].name", "does not match"),
    ],
)
def test_what_is_wrong_with_a_parameter_is_said(parameter, field, says):
    _, (cause,) = template_rules.process(template(parameters=[parameter]))
    assert cause.field == field
    assert says in cause.message


def test_values_are_given_by_name():
    made = template_rules.with_values(template(), {"NAME": "other"})
    assert template_rules.process(made)[0]["objects"][0]["metadata"]["name"] == "other"
    with pytest.raises(KeyError, match="NO"):
        template_rules.with_values(template(), {"NO": "1"})


def test_kinds_that_once_had_no_group_get_it():
    objects = [{"apiVersion": "v1", "kind": kind} for kind in ("Route", "Service", "${KIND}")]
    made, wrong = template_rules.process(
        {"objects": objects, "parameters": [{"name": "KIND", "value": "ImageStream"}]}
    )
    assert wrong == []
    assert [obj["apiVersion"] for obj in made["objects"]] == [
        "route.openshift.io/v1",
        "v1",
        "image.openshift.io/v1",
    ]
