import pytest

from workshop_culler.command.connection import Wanted, find_connection
from workshop_culler.command.errors import CommandError

FILE = """
[hubs.lab]
url = "https://lab.example.org/"
token_file = "lab.token"
ca_file = "ca.pem"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "hubs.toml").write_text(FILE)
    (tmp_path / "lab.token").write_text("saved-token\n")
    (tmp_path / "ca.pem").write_text("x")
    (tmp_path / "other.token").write_text("named-token")
    return tmp_path


def test_a_file_of_hubs_says_all(folder):
    found = find_connection(Wanted(), {"WORKSHOP_CONFIG": str(folder / "hubs.toml")})
    assert found.url == "https://lab.example.org/services/workshop-culler/"
    assert (found.token, found.ca_file) == ("saved-token", str(folder / "ca.pem"))
    assert "saved-token" not in repr(found)


def test_what_is_nearer_wins(folder):
    env = {"WORKSHOP_CONFIG": str(folder / "hubs.toml"), "WORKSHOP_TOKEN": "env-token"}
    assert find_connection(Wanted(), env).token == "env-token"
    named = Wanted(token_file=str(folder / "other.token"), hub="https://x.example.org")
    found = find_connection(named, env)
    assert (found.token, found.ca_file) == ("named-token", "")
    assert found.url == "https://x.example.org/services/workshop-culler/"


def test_the_file_is_where_such_files_are(folder, monkeypatch):
    (folder / "workshop").mkdir()
    (folder / "hubs.toml").rename(folder / "workshop" / "hubs.toml")
    (folder / "ca.pem").rename(folder / "workshop" / "ca.pem")
    env = {"XDG_CONFIG_HOME": str(folder), "WORKSHOP_TOKEN": "t"}
    assert find_connection(Wanted(hub="lab"), env).url.startswith("https://lab.example.org/")


@pytest.mark.parametrize(
    ("wanted", "env", "says"),
    [
        (Wanted(), {}, "No hub is named"),
        (Wanted(hub="lab"), {}, "there is no"),
        (Wanted(hub="http://hub.example.org"), {}, "--plain-http"),
        (Wanted(hub="https://h"), {}, "There is no token"),
        (Wanted(hub="https://h"), {"WORKSHOP_TOKEN": "a\nb"}, "is none"),
        (Wanted(hub="https://h", token_file="/no/file"), {}, "/no/file cannot be read"),
        (Wanted(hub="https://h", token_file="/"), {}, "/ cannot be read"),
        (Wanted(hub="https://h", ca_file="/no/ca"), {"WORKSHOP_TOKEN": "t"}, "/no/ca cannot"),
    ],
)
def test_what_is_missing_is_said(tmp_path, wanted, env, says):
    with pytest.raises(CommandError, match=says) as caught:
        find_connection(wanted, {"XDG_CONFIG_HOME": str(tmp_path), **env})
    assert caught.value.exit_code == 2


def test_a_broken_file_is_named(folder):
    path = folder / "hubs.toml"
    path.write_text("[hubs.lab]\nurl = 1")
    with pytest.raises(CommandError, match=r"hubs\.toml: hubs\.lab\.url must be a string\."):
        find_connection(Wanted(), {"WORKSHOP_CONFIG": str(path)})
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="it is no text"):
        find_connection(Wanted(), {"WORKSHOP_CONFIG": str(path)})
