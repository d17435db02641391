import pytest

from pocket_openshift.resources.rules import build_rules

NOW = "2026-11-30T07:00:00Z"


def config(**spec):
    made = {"metadata": {"name": "c", "namespace": "ws", "uid": "u"}, "spec": spec}
    build_rules.fill_config(made)
    return made


@pytest.mark.parametrize(
    ("triggers", "cause"),
    [
        ([{"type": "ConfigChange"}], "Build configuration change"),
        ([{"type": "ImageChange"}], "Image change"),
        ([{"type": "ImageChange"}, {"type": "ConfigChange"}], "Build configuration change"),
        ([{"type": "GitHub"}], ""),
        ([], ""),
    ],
)
def test_what_begins_a_build(triggers, cause):
    assert build_rules.find_first_cause(config(triggers=triggers)) == cause


@pytest.mark.parametrize(
    ("strategy", "is_fine"),
    [
        ({"type": "Source", "sourceStrategy": {}}, True),
        ({"dockerStrategy": {}}, True),
        ({}, False),
        ({"dockerStrategy": {}, "sourceStrategy": {}}, False),
    ],
)
def test_one_strategy_is_needed(strategy, is_fine):
    problem = build_rules.problem_with_strategy({"strategy": strategy})
    assert (problem is None) is is_fine


def test_a_build_knows_whose_and_which_it_is():
    source = {"git": {"uri": "https://git.example/x"}}
    made = build_rules.make_build(config(source=source, nodeSelector=None), "because")
    assert made["metadata"]["name"] == "c-1"
    assert made["metadata"]["labels"]["buildconfig"] == "c"
    assert made["metadata"]["annotations"][build_rules.NUMBER] == "1"
    assert made["metadata"]["ownerReferences"][0]["uid"] == "u"
    assert made["spec"] == {"source": source, "triggeredBy": [{"message": "because"}]}


def test_its_end_says_what_to_do():
    build = {"spec": {"output": {"to": {"kind": "ImageStreamTag", "name": "c:latest"}}}}
    status = build_rules.make_failed_status(build, NOW)
    assert status["phase"] == "Failed"
    assert status["message"] == (
        "pocket-openshift builds no images: build this one elsewhere, push it to a registry, "
        "and name it in the ImageStreamTag c:latest"
    )
    assert build_rules.explain_failure({}).endswith("push it to a registry")
