"""A hub of the image that could not work does not start, and says why in a sentence."""

import hub_settings
import pytest

pytest_plugins = ("pod_fixtures",)
pytestmark = [pytest.mark.hub]


@pytest.mark.parametrize(
    ("mode", "settings", "words"),
    [
        ("user-workspace", {}, "Nobody could log in: set OAUTH_CLIENT_ID"),
        ("hosted-workshop", {"OAUTH_CLIENT_SECRET": "x"}, "JUPYTERHUB_CRYPT_KEY"),
        ("terminal-server", {"JUPYTERHUB_CRYPT_KEY": "ab" * 32}, "OAUTH_CLIENT_SECRET"),
        ("learning-portal", {"TERMINAL_IMAGE": ""}, "Set WORKSHOP_IMAGE, or c.KubeSpawner.image"),
        ("learning-portal", {"IDLE_TIMEOUT": "5m"}, "IDLE_TIMEOUT is '5m'; use a whole number"),
    ],
)
async def test_it_says_what_to_set(make_pod_hub, mode, settings, words):
    assert mode in hub_settings.MODES
    hub = make_pod_hub(CONFIGURATION_TYPE=mode, **settings)
    await hub.begin()
    said = await hub.end()
    assert words in said
    assert "Traceback" not in said


async def test_without_a_volume_it_says_what_to_mount(make_pod_hub):
    hub = make_pod_hub(CONFIGURATION_TYPE="learning-portal")
    hub.has_volume = False
    await hub.begin()
    said = await hub.end()
    assert "/opt/app-root/data cannot be written by the user 1234567 with the group 0" in said
    assert "Traceback" not in said
