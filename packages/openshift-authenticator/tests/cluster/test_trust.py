"""Which authorities a context trusts; that a rotated bundle is noticed."""

import ssl

import pytest
import trustme

from openshift_authenticator.cluster import trust
from workshop_kube.errors import CredentialsError


@pytest.fixture
def bundle(tmp_path):
    def write(name="ca.crt"):
        path = tmp_path / name
        trustme.CA().cert_pem.write_to_path(path)
        return str(path)

    return write


def test_the_systems_authorities_and_all_bundles_count_at_once(bundle):
    system = len(trust.make_context()().get_ca_certs())
    both = trust.make_context(bundle("a.crt"), "", bundle("b.crt"))()
    assert len(both.get_ca_certs()) == system + 2


def test_a_bundle_that_is_not_mounted_is_passed_over(tmp_path):
    assert trust.make_context(str(tmp_path / "ca.crt"))().check_hostname


def test_certificates_are_verified_unless_said_otherwise(bundle):
    assert trust.make_context(bundle())().verify_mode is ssl.CERT_REQUIRED
    assert trust.make_context(verify=False)().verify_mode is ssl.CERT_NONE


def test_a_context_is_kept_until_its_bundle_is_rotated(bundle):
    make = trust.make_context(bundle())
    first = make()
    assert make() is first
    bundle()
    assert make() is not first


def test_a_bundle_that_became_nonsense_is_a_sentence(tmp_path):
    (tmp_path / "ca.crt").write_text("")
    with pytest.raises(CredentialsError, match=r"ca\.crt: no certificate can be read"):
        trust.make_context(str(tmp_path / "ca.crt"))()


def test_what_is_wrong_with_a_bundle(bundle, tmp_path):
    assert trust.problem_with_bundle(bundle()) is None
    assert "does not exist" in trust.problem_with_bundle(str(tmp_path / "none"))
    (tmp_path / "text").write_text("hello")
    assert "no certificate" in trust.problem_with_bundle(str(tmp_path / "text"))
    assert "cannot be read" in trust.problem_with_bundle(str(tmp_path))
