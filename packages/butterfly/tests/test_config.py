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


@pytest.mark.parametrize(
    ("argv", "file", "says"),
    [
        (["--prot=0"], "", "--prot is no option"),
        (["--port=1h"], "", "'port' trait of a ButterflyApp instance expected an int"),
        (["--ButterflyApp.max_sesions=5"], "", "Did you mean max_sessions?"),
        (["--allow-all"], "", "unrecognized arguments: --allow-all; see --help-all"),
        ([], "c.ButterflyApp.max_sesions = 5", "Did you mean max_sessions?"),
        ([], "c.ButterFlyApp.max_sessions = 5", "Did you mean c.ButterflyApp?"),
        ([], "c.ButterflyApp.max_sessions = 5 +", "cannot be read: SyntaxError: "),
        ([], "import nosuch", "cannot be read: ModuleNotFoundError: No module named 'nosuch'"),
    ],
)
def test_a_start_that_cannot_work_ends_with_one_sentence(tmp_path, capfd, argv, file, says):
    path = tmp_path / "config.py"
    path.write_text(file + "\n")
    with pytest.raises(SystemExit):
        app.ButterflyApp().initialize(["--mode=none", f"--config={path}", *argv])
    (line,) = capfd.readouterr().err.splitlines()
    assert says in line


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
