import pytest
from traitlets.config import Config

from workshop_culler.app import WorkshopCuller
from workshop_culler.config import reading
from workshop_culler.errors import StartError
from workshop_culler.rules import limits
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
    ("url", "token", "says"), [("", "x", "WorkshopCuller.url"), ("http://x", "", "API_TOKEN")]
)
def test_what_is_missing_is_named(monkeypatch, url, token, says):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token)
    with pytest.raises(StartError, match=says):
        reading.make_address(make_app(url=url))
