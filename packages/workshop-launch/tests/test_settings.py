"""What the pod tells its launcher."""

import pytest

from workshop_launch import settings

POD = {"WORKSHOP_HANDOVER": "/run/key", "WORKSHOP_HANDOVER_POD": "u-1"}


def test_without_the_variable_nobody_waits():
    assert not settings.is_asked_to_wait({})
    assert not settings.is_asked_to_wait({"WORKSHOP_HANDOVER": ""})
    assert settings.is_asked_to_wait(POD)


def test_what_is_told_and_what_is_not():
    assert settings.parse_settings(POD) == settings.Settings("/run/key", "u-1")
    told = {
        **POD,
        "WORKSHOP_HANDOVER_PORT": "9000",
        "WORKSHOP_HANDOVER_ADDRESS": "10.0.0.7",
        "WORKSHOP_HANDOVER_NAMES": "JUPYTERHUB_*, A B",
        "WORKSHOP_HANDOVER_SECONDS": "60",
    }
    expected = settings.Settings(
        "/run/key", "u-1", "10.0.0.7", 9000, ("JUPYTERHUB_*", "A", "B"), 60
    )
    assert settings.parse_settings(told) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"WORKSHOP_HANDOVER_POD": ""},
        {"WORKSHOP_HANDOVER_PORT": "http"},
        {"WORKSHOP_HANDOVER_PORT": "70000"},
        {"WORKSHOP_HANDOVER_PORT": "٣"},
        {"WORKSHOP_HANDOVER_SECONDS": "-1"},
        {"WORKSHOP_HANDOVER_SECONDS": "1" * 5000},
    ],
)
def test_what_cannot_work_is_named(wrong):
    (name,) = wrong
    with pytest.raises(settings.SettingsError, match=name):
        settings.parse_settings({**POD, **wrong})


def test_the_command_gets_what_was_told_and_none_of_the_launchers_own():
    environ = {**POD, "PATH": "/bin", "JUPYTERHUB_USER": "nobody"}
    made = settings.make_environment(environ, {"JUPYTERHUB_USER": "ada"})
    assert made == {"PATH": "/bin", "JUPYTERHUB_USER": "ada"}
