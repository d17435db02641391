"""Misspelt settings are named, with what was probably meant."""

from __future__ import annotations

import pytest

from workshop_spawner.rules import unknown_settings

BASES = ("AnonymousAuthenticator", "Authenticator", "Configurable", "object")
KNOWN = ("access_code", "ask_name", "auto_start")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, []),
        ({"AnonymousAuthenticator": {"access_code": "x"}}, []),
        ({"Authenticator": {"ask_name": True}}, []),
        ({"KubeSpawner": {"acces_code": "x"}}, []),
        ({"AnonymousAuthenticator": {"Nested": {"x": 1}}}, []),
        ({"AnonymusAuthenticator": {}}, []),
        (
            {"AnonymousAuthenticator": {"acces_code": "x"}},
            ["c.AnonymousAuthenticator.acces_code is no setting", "mean access_code?"],
        ),
        ({"Authenticator": {"zzz": 1}}, ["c.Authenticator.zzz is no setting"]),
        (
            {"AnonymusAuthenticator": {"access_code": "x"}},
            ["c.AnonymusAuthenticator is read by nobody", "mean c.AnonymousAuthenticator?"],
        ),
        ({"anonymousauthenticator": {"access_code": "x"}}, ["is read by nobody"]),
    ],
)
def test_a_misspelt_setting(config, said):
    found = " ".join(unknown_settings.find_unknown(config, BASES[:1], BASES, KNOWN))
    assert bool(found) is bool(said), found
    assert all(words in found for words in said), found


@pytest.mark.parametrize(
    "name",
    ["DummyAuthenticator", "PAMAuthenticator", "OAuthenticator", "NullAuthenticator", "JupyterHub"],
)
def test_other_classes_are_not_misspellings(name):
    assert not unknown_settings.is_near(name, BASES[0])
