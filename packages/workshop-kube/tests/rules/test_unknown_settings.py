"""A misspelt setting is a sentence, with what was probably meant."""

import pytest

from workshop_kube.rules import unknown_settings

KNOWN = {"WorkshopCuller": {"timeout", "max_age"}, "IdleCuller": {"timeout"}}
BASES = ("AnonymousAuthenticator", "Authenticator", "Configurable", "object")
TRAITS = ("access_code", "ask_name", "auto_start")


@pytest.mark.parametrize(
    ("config", "sentences"),
    [
        ({}, []),
        ({"WorkshopCuller": {"timeout": 5}, "JupyterHub": {"port": 1}}, []),
        (
            {"WorkshopCuller": {"tiemout": 5}},
            ["c.WorkshopCuller.tiemout is no setting. Did you mean timeout?"],
        ),
        ({"IdleCuller": {"colour": 5}}, ["c.IdleCuller.colour is no setting."]),
        (
            {"WorkShopCuler": {"timeout": 5}},
            ["c.WorkShopCuler is read by nobody. Did you mean c.WorkshopCuller?"],
        ),
        ({"WorkShopCuler": {}}, []),
        ({"WorkshopCuller": {"Nested": {}}}, []),
    ],
)
def test_what_nobody_knows_is_named(config, sentences):
    assert unknown_settings.list_unknown(config, KNOWN) == sentences


@pytest.mark.parametrize(
    ("config", "sentences"),
    [
        ({"Authenticator": {"ask_name": True}}, []),
        ({"KubeSpawner": {"acces_code": "x"}}, []),
        (
            {"AnonymousAuthenticator": {"acces_code": "x"}},
            ["c.AnonymousAuthenticator.acces_code is no setting. Did you mean access_code?"],
        ),
        ({"Authenticator": {"zzz": 1}}, ["c.Authenticator.zzz is no setting."]),
        (
            {"AnonymusAuthenticator": {"access_code": "x"}},
            ["c.AnonymusAuthenticator is read by nobody. Did you mean c.AnonymousAuthenticator?"],
        ),
        (
            {"anonymousauthenticator": {"access_code": "x"}},
            ["c.anonymousauthenticator is read by nobody. Did you mean c.AnonymousAuthenticator?"],
        ),
    ],
)
def test_a_class_reads_what_is_said_of_its_bases(config, sentences):
    known = dict.fromkeys(BASES, TRAITS)
    assert unknown_settings.list_unknown(config, known, BASES[:1]) == sentences


@pytest.mark.parametrize(
    "name",
    ["DummyAuthenticator", "PAMAuthenticator", "OAuthenticator", "NullAuthenticator", "JupyterHub"],
)
def test_other_classes_are_no_misspellings(name):
    known = dict.fromkeys(BASES, TRAITS)
    assert not unknown_settings.list_unknown({name: {"x": 1}}, known, BASES[:1])
