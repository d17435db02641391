"""Which authorities a context trusts; that a rotated bundle is noticed."""

import os
import ssl

import pytest
import trustme

from workshop_kube import errors
from workshop_kube.client import tls
from workshop_kube.rules.kubeconfigs import Material


@pytest.fixture
def bundle(tmp_path):
    def write(name="ca.crt"):
        path = tmp_path / name
        trustme.CA().cert_pem.write_to_path(path)
        return str(path)

    return write


def count(context):
    return len(context.get_ca_certs())


def test_the_systems_authorities_and_all_bundles_count_at_once(bundle):
    system = count(tls.make_context())
    data = trustme.CA().cert_pem.bytes().decode()
    both = tls.make_context([bundle("a.crt"), "", bundle("b.crt")], data)
    assert count(both) == system + 3
    assert count(tls.make_context([bundle("a.crt")], system=False)) == 1


def test_a_bundle_that_is_not_mounted_is_passed_over(tmp_path):
    tls.make_context([str(tmp_path / "ca.crt")])


def test_certificates_are_verified_unless_said_otherwise(bundle):
    for context in (tls.make_context([bundle()]), tls.make_context(system=False)):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
    assert tls.make_context(verify=False).verify_mode is ssl.CERT_NONE


def test_a_context_is_kept_until_its_bundle_is_rotated(bundle):
    path = bundle()
    keep = tls.FileContext(path, "", system=False)
    first = keep()
    assert keep() is first
    bundle()
    os.utime(path, (1, 1))
    assert keep().get_ca_certs() != first.get_ca_certs()


def test_no_certificate_is_no_file_to_look_at(bundle, tmp_path, monkeypatch):
    """A hub's own folder changes all the time: by its database."""
    monkeypatch.chdir(tmp_path)
    keep = tls.FileContext(bundle(), system=False)
    first = keep()
    (tmp_path / "jupyterhub.sqlite-journal").touch()
    assert keep() is first


def test_a_bundle_that_appears_is_noticed(bundle, tmp_path):
    keep = tls.FileContext(str(tmp_path / "ca.crt"), system=False)
    assert count(keep()) == 0
    bundle()
    assert count(keep()) == 1


@pytest.mark.parametrize("text", ["", "hello"])
def test_a_bundle_that_became_nonsense_is_a_sentence(tmp_path, text):
    (tmp_path / "ca.crt").write_text(text)
    with pytest.raises(errors.CredentialsError, match=r"ca\.crt: no certificate"):
        tls.make_context([str(tmp_path / "ca.crt")])
    with pytest.raises(errors.CredentialsError, match="no certificate"):
        tls.make_context(data="hello")


def test_a_clients_certificate_from_data_or_files(tmp_path):
    made = trustme.CA().issue_cert("ada@example.com")
    certificate, key = made.cert_chain_pems[0].bytes(), made.private_key_pem.bytes()
    tls.load_certificate(tls.make_context(), Material(certificate.decode()), Material(key.decode()))
    (tmp_path / "a.pem").write_bytes(certificate)
    (tmp_path / "a.key").write_bytes(key)
    file, key_file = Material(file=str(tmp_path / "a.pem")), Material(file=str(tmp_path / "a.key"))
    tls.load_certificate(tls.make_context(), file, key_file)
    tls.load_certificate(tls.make_context(), file, Material(key.decode()))
    tls.load_certificate(tls.make_context(), Material(), Material())
    for wrong in (Material("hello"), Material(file=str(tmp_path / "none"))):
        with pytest.raises(errors.CredentialsError, match="certificate is none"):
            tls.load_certificate(tls.make_context(), wrong, key_file)
