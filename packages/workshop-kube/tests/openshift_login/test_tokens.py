"""Names of tokens."""

import base64
import hashlib

from workshop_kube.openshift_login import tokens


def test_the_name_is_the_hash_of_what_follows_the_prefix():
    # as recorded: 'sha256~' + base64url(sha256(token after 'sha256~')), without padding
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"abc").digest()).decode().rstrip("=")
    assert tokens.make_token_name("sha256~abc") == f"sha256~{digest}"
    assert len(tokens.make_token_name("sha256~abc")) == 50


def test_a_token_of_another_kind_has_no_name():
    assert tokens.make_token_name("eyJhbGciOi") == ""


def test_the_challenge_of_rfc_7636():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert tokens.make_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
