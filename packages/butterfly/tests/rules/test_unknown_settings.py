"""A misspelt setting is a sentence."""

import pytest

from jupyterhub_butterfly.rules import unknown_settings

KNOWN = {"ButterflyApp": {"theme", "max_sessions"}, "ButterflyOptions": {"theme"}}


@pytest.mark.parametrize(
    ("config", "sentences"),
    [
        ({"ButterflyApp": {"theme": 5}, "JupyterHub": {"port": 1}}, []),
        (
            {"ButterflyApp": {"theem": 5}},
            ["c.ButterflyApp.theem is no setting. Did you mean theme?"],
        ),
        ({"ButterflyOptions": {"colour": 5}}, ["c.ButterflyOptions.colour is no setting."]),
        (
            {"ButterFlyAp": {"theme": 5}},
            ["c.ButterFlyAp is read by nobody. Did you mean c.ButterflyApp?"],
        ),
        ({"ButterFlyAp": {}}, []),
        ({"ButterflyApp": {"Nested": {}}}, []),
    ],
)
def test_what_nobody_knows_is_named(config, sentences):
    assert unknown_settings.list_unknown(config, KNOWN) == sentences
