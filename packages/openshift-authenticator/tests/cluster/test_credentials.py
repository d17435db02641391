"""Whom the pod runs as, and secrets that are read again."""

import pytest

from openshift_authenticator import errors
from openshift_authenticator.cluster import credentials
from openshift_authenticator.cluster.rules import accounts


def test_the_account_is_read_from_the_mounted_token(account_dir):
    account = credentials.read_account(str(account_dir("labs", "jupyter")))
    assert account == accounts.Account("labs", "jupyter")
    assert account.client_id == "system:serviceaccount:labs:jupyter"


def test_outside_a_cluster_there_is_no_account(tmp_path):
    assert credentials.read_account(str(tmp_path)) is None


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.e30.c", "a.W10.c", "a.InRleHQi.c"])
def test_a_token_that_names_nobody(tmp_path, token):
    (tmp_path / "token").write_text(token)
    assert credentials.read_account(str(tmp_path)) is None


def test_a_rotated_token_is_read_at_the_next_use(account_dir):
    folder = str(account_dir(serial=1))
    before = credentials.read_token(folder)
    account_dir(serial=2)
    assert credentials.read_token(folder) != before


def test_an_unreadable_secret_is_a_sentence_without_the_secret(tmp_path):
    with pytest.raises(errors.MisconfiguredError, match=r"Cannot read the secret: .*: No such"):
        credentials.read_text(str(tmp_path / "none"), "the secret")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(errors.MisconfiguredError, match="empty"):
        credentials.read_text(str(tmp_path / "empty"), "the secret")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(errors.MisconfiguredError, match="not text"):
        credentials.read_text(str(tmp_path / "binary"), "the secret")
