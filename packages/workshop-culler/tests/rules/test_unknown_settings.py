import pytest

from workshop_culler.rules import unknown_settings

KNOWN = {"WorkshopCuller": {"timeout", "max_age"}, "IdleCuller": {"timeout"}}


@pytest.mark.parametrize(
    ("config", "sentences"),
    [
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
