"""Kubeconfig files."""

import base64
import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kube.rules import kubeconfigs

GOOD = {
    "current-context": "lab",
    "contexts": [{"name": "lab", "context": {"cluster": "c", "user": "u", "namespace": "class"}}],
    "clusters": [
        {
            "name": "c",
            "cluster": {
                "server": "https://api.example:6443/",
                "certificate-authority-data": base64.b64encode(b"PEM").decode(),
            },
        }
    ],
    "users": [{"name": "u", "user": {"token": "secret"}}],
}


def changed(group, kind, **entries):
    document = copy.deepcopy(GOOD)
    document[group][0][kind].update(entries)
    return document


def test_the_current_context():
    login = kubeconfigs.parse_kubeconfig(GOOD)
    assert login.server == "https://api.example:6443"
    assert login.authority == kubeconfigs.Material("PEM")
    assert (login.token, login.namespace, login.needs_plugin) == ("secret", "class", False)
    assert "secret" not in repr(login)


def test_files_are_named_and_data_win():
    login = kubeconfigs.parse_kubeconfig(
        changed("users", "user", **{"client-certificate": "a.pem", "client-key": "a.key"})
    )
    assert (login.certificate.file, login.key.file) == ("a.pem", "a.key")
    both = changed("clusters", "cluster", **{"certificate-authority": "ca.crt"})
    assert kubeconfigs.parse_kubeconfig(both).authority == kubeconfigs.Material("PEM")


@pytest.mark.parametrize("entry", [{"exec": {"command": "x"}}, {"auth-provider": {"name": "x"}}])
def test_a_plugin_is_noticed(entry):
    assert kubeconfigs.parse_kubeconfig(changed("users", "user", **entry)).needs_plugin


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (None, "no mapping"),
        ([], "no mapping"),
        ({}, "set current-context"),
        ({**GOOD, "current-context": "other"}, "no context named 'other'"),
        ({**GOOD, "users": []}, "no user named 'u'"),
        ({**GOOD, "clusters": [{"name": "c", "cluster": {}}]}, "lacks a part"),
        (changed("clusters", "cluster", **{"insecure-skip-tls-verify": True}), "not accepted"),
        (changed("clusters", "cluster", **{"certificate-authority-data": "%"}), "not base64"),
    ],
)
def test_what_cannot_be_used(document, words):
    with pytest.raises(kubeconfigs.KubeconfigError, match=words):
        kubeconfigs.parse_kubeconfig(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


@given(st.sampled_from(["contexts", "clusters", "users", "current-context"]), JSON)
def test_any_document_is_a_login_or_refused(part, value):
    try:
        kubeconfigs.parse_kubeconfig({**GOOD, part: value})
    except kubeconfigs.KubeconfigError:
        return
    assert part != "current-context" or value == "lab"
