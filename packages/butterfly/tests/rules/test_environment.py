"""What a shell is given, and what is kept from it."""

import pytest

from jupyterhub_butterfly.rules import environment

INHERITED = dict.fromkeys(environment.KEPT_BACK, "secret") | {
    "PATH": "/bin",
    "JUPYTERHUB_USER": "ada",
    "WORKSHOP_NAME": "lab",
    "TERM": "dumb",
    "COLUMNS": "10",
    "LANG": "de_DE.UTF-8",
}


@pytest.fixture
def made():
    extra = {"KUBECONFIG": "/home/ada/.kube/session"}
    return environment.make_environment(
        INHERITED, home="/home/ada", user="ada", shell="/bin/bash", extra=extra
    )


def test_nothing_secret_is_inherited(made):
    assert "secret" not in made.values()


def test_what_the_workshop_set_is(made):
    assert made["WORKSHOP_NAME"] == "lab"
    assert made["JUPYTERHUB_USER"] == "ada"
    assert made["LANG"] == "de_DE.UTF-8"
    assert made["KUBECONFIG"] == "/home/ada/.kube/session"


def test_the_terminal_is_ours(made):
    assert made["TERM"] == "xterm-256color"
    assert "COLUMNS" not in made
    assert (made["HOME"], made["SHELL"], made["USER"]) == ("/home/ada", "/bin/bash", "ada")
