"""The browser clients: found without importing them, rendered without holes."""

import sys

import pytest

from jupyterhub_butterfly import clients


def test_butterflys_files_are_found_and_its_python_is_not_imported():
    folder = clients.find_butterfly()
    assert (folder / "main.min.js").is_file()
    assert "butterfly" not in sys.modules


def test_a_missing_butterfly_says_what_to_do(monkeypatch):
    monkeypatch.setattr(clients.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(clients.ClientMissingError, match="pip install butterfly"):
        clients.check_client("butterfly")


def test_a_missing_xterm_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(clients, "XTERM", tmp_path)
    with pytest.raises(clients.ClientMissingError, match=r"hatch_build\.py"):
        clients.check_client("xterm")


@pytest.mark.parametrize(
    ("configured", "asked", "client"),
    [
        ("butterfly", None, "butterfly"),
        ("butterfly", "xterm", "xterm"),
        ("xterm", "butterfly", "butterfly"),
        ("xterm", "../../etc/passwd", "xterm"),
        ("xterm", "", "xterm"),
    ],
)
def test_a_tab_may_choose_among_the_clients_only(configured, asked, client):
    assert clients.choose_client(configured, asked) == client


@pytest.mark.parametrize("client", clients.CLIENTS)
def test_nothing_breaks_out_of_the_page(client):
    config = {"session": "1", "words": "</script>\"'><img src=x>{title}"}
    page = clients.render_page(clients.Page('/user/"><img>/', client, "1", config))
    assert "<img" not in page
    assert "{static}" not in page
