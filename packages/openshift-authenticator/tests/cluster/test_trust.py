"""Which authorities a context trusts; that a rotated bundle is noticed."""

import os
import ssl

import pytest
import trustme

from openshift_authenticator import errors
from openshift_authenticator.cluster import trust


@pytest.fixture
def bundle(tmp_path):
    def write(name="ca.crt"):
        path = tmp_path / name
        trustme.CA().cert_pem.write_to_path(path)
        return str(path)

    return write


def subjects(context):
    return [certificate["serialNumber"] for certificate in context.get_ca_certs()]


def test_the_systems_authorities_and_all_bundles_count_at_once(bundle):
    system = len(trust.make_context(trust.make_roots()).get_ca_certs())
    both = trust.make_context(trust.make_roots(bundle("a.crt"), bundle("b.crt")))
    assert len(both.get_ca_certs()) == system + 2


def test_a_bundle_that_is_not_mounted_is_passed_over(tmp_path):
    trust.make_context(trust.make_roots(str(tmp_path / "ca.crt")))


def test_certificates_are_verified_unless_said_otherwise(bundle):
    context = trust.make_context(trust.make_roots(bundle()))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    loose = trust.make_context(trust.make_roots(verify=False))
    assert loose.verify_mode is ssl.CERT_NONE


def test_a_context_is_kept_until_its_bundle_is_rotated(bundle):
    keeper, path = trust.Trust(), bundle()
    roots = trust.make_roots(path)
    first = keeper.context_for(roots)
    assert keeper.context_for(roots) is first
    bundle()
    os.utime(path, (1, 1))
    second = keeper.context_for(roots)
    assert subjects(second)[-1:] != subjects(first)[-1:]


def test_a_bundle_that_became_nonsense_is_a_sentence(tmp_path):
    (tmp_path / "ca.crt").write_text("")
    with pytest.raises(errors.MisconfiguredError, match=r"ca\.crt, so the cluster"):
        trust.make_context(trust.make_roots(str(tmp_path / "ca.crt")))


def test_what_is_wrong_with_a_bundle(bundle, tmp_path):
    assert trust.problem_with_bundle(bundle()) is None
    assert "does not exist" in trust.problem_with_bundle(str(tmp_path / "none"))
    (tmp_path / "text").write_text("hello")
    assert "no certificate" in trust.problem_with_bundle(str(tmp_path / "text"))
    assert "cannot be read" in trust.problem_with_bundle(str(tmp_path))
