import pytest
import trustme
from traitlets.config import Config

from workshop_culler.app import WorkshopCuller
from workshop_culler.config import reading
from workshop_culler.errors import StartError
from workshop_culler.rules import limits, wrong_codes
from workshop_culler.rules.models import Server


def make_app(**config):
    WorkshopCuller.clear_instance()
    return WorkshopCuller(config=Config({"WorkshopCuller": config}))


def test_rules_are_made_of_options():
    culler = make_app(
        timeout=60,
        max_age=70,
        cull_users=True,
        cull_default_servers=False,
        anonymous_timeout=80,
        policies=[{"match": {"user": "ada"}, "idle": 5}],
    )
    settings = reading.make_settings(culler)
    assert (settings.general.idle, settings.general.age) == (60, 70)
    assert (settings.users.idle, settings.users.age, settings.users.anonymous) == (60, 70, 80)
    assert limits.find_limits(Server("ada"), settings.ordered, settings.general).exempt
    assert limits.find_limits(Server("ada", "lab"), settings.ordered, settings.general).idle == 5


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        ({"timeout": 600}, 300),
        ({"timeout": 600, "cull_every": 10}, 10),
        ({"timeout": 0}, 60),
        ({"timeout": 7200, "clean_cluster": True}, 60),
        ({"timeout": 60, "clean_cluster": True}, 30),
    ],
)
def test_how_often(config, seconds):
    assert reading.find_interval(make_app(**config)) == seconds


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ({}, []),
        ({"orphan_grace": 5}, ["orphan_grace"]),
        ({"orphan_grace": 5, "clean_cluster": True}, []),
        ({"application": "x", "namespace": "y"}, ["application", "namespace"]),
        ({"cull_admin_users": False}, ["cull_admin_users"]),
        ({"cull_admin_users": False, "cull_users": True}, []),
        ({"extension": 0, "extension_limit": 5}, ["extension_limit"]),
        ({"extension_limit": 5}, []),
        ({"anonymous_group": "x"}, ["anonymous_group"]),
        ({"internal_certs_location": "/x"}, ["internal_certs_location"]),
    ],
)
def test_what_does_nothing_is_told(config, names):
    assert [sentence.split()[0] for sentence in reading.list_unused(make_app(**config))] == names


@pytest.mark.parametrize(
    ("config", "address"),
    [
        ({}, "203.0.113.7"),
        ({"trust_loopback": False}, "127.0.0.1"),
        ({"trust_loopback": False, "trusted_proxies": ["127.0.0.1"]}, "203.0.113.7"),
    ],
)
def test_whose_word_on_addresses_holds(config, address):
    trusted = reading.find_trusted(make_app(**config))
    assert wrong_codes.find_address("127.0.0.1", "203.0.113.7", trusted) == address


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({}, None),
        ({"url": "https://hub/hub/api"}, None),
        ({"url": "hub:8081/hub/api"}, "url: must be like"),
        ({"anonymous_timeout": 5}, None),
        ({"anonymous_timeout": 5, "anonymous_group": ""}, "anonymous_timeout: needs"),
        ({"cull_volumes": True}, "cull_volumes: needs clean_cluster"),
        ({"cull_volumes": True, "clean_cluster": True}, None),
        ({"policies": [{"match": {"label:track": "x"}}]}, "policies: to match by label"),
        ({"policies": [{"match": {"label:track": "x"}}], "clean_cluster": True}, None),
    ],
)
def test_what_contradicts_itself_is_named(config, says):
    problem = reading.problem_with_options(make_app(**{"url": "http://x", **config}))
    assert problem is None if says is None else says in problem


def test_what_is_no_option_is_named():
    assert "'12' is no option" in reading.problem_with_options(make_app(url="http://x"), ["12"])


@pytest.fixture
def certificates(tmp_path, monkeypatch):
    """Those of a hub with internal_ssl, as it keeps them and as it tells its services."""
    authority = trustme.CA()
    pair = authority.issue_cert("localhost")
    for folder in ("hub-ca", "hub-internal"):
        (tmp_path / folder).mkdir()
    authority.cert_pem.write_to_path(tmp_path / "hub-ca" / "hub-ca.crt")
    pair.cert_chain_pems[0].write_to_path(tmp_path / "hub-internal" / "hub-internal.crt")
    pair.private_key_pem.write_to_path(tmp_path / "hub-internal" / "hub-internal.key")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "x")
    return tmp_path


def test_certificates_are_found_by_the_traits_or_as_the_hub_says(certificates, monkeypatch):
    by_traits = make_app(
        url="https://x", ssl_enabled=True, internal_certs_location=str(certificates)
    )
    assert reading.make_address(by_traits).ssl is not None
    assert reading.make_address(make_app(url="https://x")).ssl is None
    names = {
        "CERTFILE": "hub-internal/hub-internal.crt",
        "KEYFILE": "hub-internal/hub-internal.key",
    }
    for name, path in {**names, "CLIENT_CA": "hub-ca/hub-ca.crt"}.items():
        monkeypatch.setenv(f"JUPYTERHUB_SSL_{name}", str(certificates / path))
    assert reading.make_address(make_app(url="https://x")).ssl is not None


@pytest.mark.parametrize("missing", ["hub-ca/hub-ca.crt", "hub-internal/hub-internal.key"])
def test_certificates_that_are_not_there_are_named(certificates, missing):
    (certificates / missing).unlink()
    culler = make_app(url="https://x", ssl_enabled=True, internal_certs_location=str(certificates))
    with pytest.raises(StartError, match=f"internal_certs_location: .*{missing}: No such file"):
        reading.make_address(culler)


def test_a_time_of_the_wrong_unit_is_named(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "x")
    monkeypatch.setenv("JUPYTERHUB_REQUEST_TIMEOUT", "1m")
    with pytest.raises(StartError, match=r"\$JUPYTERHUB_REQUEST_TIMEOUT must be seconds"):
        reading.make_address(make_app(url="http://x"))


@pytest.mark.parametrize(
    ("url", "token", "says"), [("", "x", "WorkshopCuller.url"), ("http://x", "", "API_TOKEN")]
)
def test_what_is_missing_is_named(monkeypatch, url, token, says):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token)
    with pytest.raises(StartError, match=says):
        reading.make_address(make_app(url=url))
