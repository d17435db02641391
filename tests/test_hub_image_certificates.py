"""images/hub/hub_certificates.py: whom a hub's login trusts."""

import ssl
from pathlib import Path

import hub_certificates
import pytest
import trustme


@pytest.fixture
def authorities(tmp_path, monkeypatch):
    """The system's authority and one of the admin's, as files."""
    files = {name: tmp_path / f"{name}.crt" for name in ("system", "own")}
    for file in files.values():
        trustme.CA().cert_pem.write_to_path(str(file))
    paths = ssl.get_default_verify_paths()._replace(cafile=str(files["system"]))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    return files


def list_trusted(file):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=str(file))
    return set(context.get_ca_certs(binary_form=True))


def test_the_admins_authority_counts_beside_the_systems(authorities, tmp_path):
    folder = tmp_path / "tmp"
    folder.mkdir()
    joined = hub_certificates.join_bundles(authorities["own"], folder)
    assert list_trusted(joined) == list_trusted(authorities["own"]) | list_trusted(
        authorities["system"]
    )


def test_what_cannot_be_read_is_left_for_the_login_to_tell(authorities, tmp_path):
    missing = tmp_path / "missing.crt"
    assert hub_certificates.join_bundles(missing, tmp_path) == missing
    nowhere = Path(tmp_path, "no", "folder")
    assert hub_certificates.join_bundles(authorities["own"], nowhere) == authorities["own"]
