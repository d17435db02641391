import base64

import pytest

from pocket_openshift.node.rules import environment

POD = {"metadata": {"name": "p", "namespace": "ns", "uid": "u"}, "spec": {"containers": []}}
SOURCES = environment.Sources(
    {
        "settings": {"data": {"a": "1", "bad name": "x"}, "binaryData": {"bin": "aGk="}},
        "gone": None,
    },
    {"keys": {"data": {"k": base64.b64encode(b"secret").decode()}}},
    {"status.podIP": "127.1.2.3"},
)


def make(container, mounts=None):
    return environment.make_environment(
        POD, {"name": "c"} | container, SOURCES, mounts or {}, {"B": "basic"}
    )


def from_key(kind, name, key, **more):
    return {"name": "V", "valueFrom": {kind + "KeyRef": {"name": name, "key": key} | more}}


def test_later_entries_win_and_refer_to_earlier_ones():
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "$(B)+$(A)"},
        {"name": "C", "value": "$(D)"},
        {"name": "D", "value": "late"},
    ]
    assert make({"env": env}) == {"A": "1", "B": "basic+1", "C": "$(D)", "D": "late"}


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        (from_key("configMap", "settings", "a"), "1"),
        (from_key("configMap", "settings", "bin"), "hi"),
        (from_key("secret", "keys", "k"), "secret"),
        ({"name": "V", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}, "127.1.2.3"),
        ({"name": "V"}, ""),
    ],
)
def test_values(entry, value):
    assert make({"env": [entry]})["V"] == value


def test_what_a_source_holds_is_not_expanded():
    sources = environment.Sources({"m": {"data": {"a": "$(B)"}}})
    entry = from_key("configMap", "m", "a")
    found = environment.make_environment(
        POD, {"name": "c", "env": [entry]}, sources, {}, {"B": "x"}
    )
    assert found["V"] == "$(B)"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (from_key("configMap", "gone", "a"), 'configmap "gone" not found'),
        (from_key("secret", "keys", "none"), "couldn't find key none in secret keys"),
        ({"name": "V", "valueFrom": {"fieldRef": {"fieldPath": "status.phase"}}}, "status.phase"),
        ({"name": "V", "valueFrom": {"magic": {}}}, "env V"),
    ],
)
def test_what_is_missing_is_named(entry, message):
    with pytest.raises(environment.ConfigError, match=message):
        make({"env": [entry]})


def test_what_is_optional_may_be_missing():
    env = [
        from_key("configMap", "gone", "a", optional=True),
        from_key("secret", "keys", "x", optional=True),
    ]
    source = {"configMapRef": {"name": "gone", "optional": True}}
    assert make({"env": env, "envFrom": [source]}) == {"B": "basic"}


def test_env_from_takes_what_can_be_a_name():
    source = [
        {"configMapRef": {"name": "settings"}, "prefix": "P_"},
        {"secretRef": {"name": "keys"}},
    ]
    assert make({"envFrom": source}) == {"B": "basic", "P_a": "1", "P_bin": "hi", "k": "secret"}


def test_paths_are_translated_once():
    env = [{"name": "DIR", "value": "/data"}, {"name": "FILE", "value": "$(DIR)/x"}]
    found = make({"env": env}, {"/data": "/data/pods/1"})
    assert found["DIR"] == "/data/pods/1"
    assert found["FILE"] == "/data/pods/1/x"


def test_the_command_is_command_and_args():
    container = {"command": ["run", "$(A)"], "args": ["--in=/data/x", "$$(A)"]}
    found = environment.make_command(container, {"A": "one"}, {"/data": "/real"})
    assert found == ["run", "one", "--in=/real/x", "$(A)"]
    assert environment.make_command({}, {}, {}) == []
