"""Every trait has help that says what, how much, when, and by which line."""

import pytest
from traitlets import TraitError

from jupyterhub_butterfly import app, config

TRAITS = config.ButterflyOptions.class_own_traits(config=True)


@pytest.mark.parametrize("name", TRAITS)
def test_help_is_for_an_admin_at_midnight(name):
    text = TRAITS[name].help
    assert "default" in text.lower()
    assert "Example: `" in text
    assert f"ButterflyApp.{name}" in text or f"--{name.split('_')[0]}" in text


def test_a_configuration_file_is_read(tmp_path):
    file = tmp_path / "config.py"
    file.write_text("c.ButterflyApp.max_sessions = 3\nc.ButterflyApp.mode = 'none'\n")
    one = app.ButterflyApp()
    one.initialize([f"--config={file}"])
    assert one.max_sessions == 3


def test_a_configuration_file_that_is_not_there_ends_it(tmp_path):
    with pytest.raises(SystemExit):
        app.ButterflyApp().initialize([f"--config={tmp_path}/none.py", "--mode=none"])


def test_command_line_wins(tmp_path):
    one = app.ButterflyApp()
    one.initialize(["--mode=none", "--ip=127.0.0.2", "--port=1234", "--client=xterm"])
    assert one.address() == ("127.0.0.2", 1234)
    assert one.client == "xterm"


def test_the_interval_of_reports_is_the_environments(monkeypatch):
    assert app.ButterflyApp().activity_interval == 300
    monkeypatch.setenv("JUPYTERHUB_ACTIVITY_INTERVAL", "60")
    assert app.ButterflyApp().activity_interval == 60
    monkeypatch.setenv("JUPYTERHUB_ACTIVITY_INTERVAL", "often")
    with pytest.raises(TraitError, match="INTERVAL is 'often'; it takes seconds"):
        _ = app.ButterflyApp().activity_interval


@pytest.mark.parametrize("ports", ["http", "0", "9-8", "70000"])
def test_ports_that_are_none_are_refused_by_the_settings_name(ports):
    with pytest.raises(TraitError, match="proxy_ports"):
        app.ButterflyApp(proxy_ports=ports)
