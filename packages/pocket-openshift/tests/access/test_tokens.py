import time
from dataclasses import replace

import jwt
import pytest

from pocket_openshift.access import tokens


@pytest.fixture
def signer():
    return tokens.Signer("https://127.0.0.1:1")


@pytest.fixture
def claims():
    return tokens.Claims(
        "ns", "robot", "u-1", "jti-1", ("aud",), int(time.time()) + 60, "Pod", "p", "u-2"
    )


def test_what_is_issued_reads_the_same(signer, claims):
    assert signer.read(signer.issue(claims)) == claims


def test_the_token_is_laid_out_as_kubernetes_does(signer, claims):
    payload = jwt.decode(signer.issue(claims), options={"verify_signature": False})
    assert payload["sub"] == "system:serviceaccount:ns:robot"
    assert payload["kubernetes.io"] == {
        "namespace": "ns",
        "serviceaccount": {"name": "robot", "uid": "u-1"},
        "pod": {"name": "p", "uid": "u-2"},
    }


def test_an_expired_token_is_none(signer, claims):
    old = replace(claims, expires=int(time.time()) - 1)
    assert signer.read(signer.issue(old)) is None


def test_anothers_token_is_none(signer, claims):
    assert signer.read(tokens.Signer("x").issue(claims)) is None


@pytest.mark.parametrize("text", ["", "a.b.c", "nope", "é"])
def test_nonsense_is_none(signer, text):
    assert signer.read(text) is None


def test_a_token_without_signature_is_none(signer):
    forged = jwt.encode({"sub": "x", "exp": 9999999999}, key=None, algorithm="none")
    assert signer.read(forged) is None


def test_the_key_outlives_the_signer(signer, claims):
    again = tokens.Signer("y", signer.pem)
    assert again.read(signer.issue(claims)) == claims


def test_token_ids_differ():
    assert tokens.new_token_id() != tokens.new_token_id()
