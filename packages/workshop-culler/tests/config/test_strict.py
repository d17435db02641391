import pytest
from traitlets import TraitError
from traitlets.config import Config

from workshop_culler.app import WorkshopCuller
from workshop_culler.config import strict


def test_each_class_that_is_built_on_may_be_configured():
    config = Config({"IdleCuller": {"max_age": 5}, "WorkshopCuller": {"hub_id": "x"}})
    config.Application.log_level = "INFO"
    config.JupyterHub.port = 8000  # a file may be the hub's, too
    strict.check_settings(config, WorkshopCuller)


def test_what_nobody_knows_is_a_sentence_each():
    config = Config({"IdleCuller": {"max_aeg": 5}, "WorkshopCuler": {"timeout": 5}})
    with pytest.raises(TraitError) as refused:
        strict.check_settings(config, WorkshopCuller)
    assert str(refused.value) == (
        "c.IdleCuller.max_aeg is no setting. Did you mean max_age? "
        "c.WorkshopCuler is read by nobody. Did you mean c.WorkshopCuller?"
    )
