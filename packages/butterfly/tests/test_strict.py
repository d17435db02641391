"""Settings that nobody knows stop the start."""

import pytest
from traitlets import Int, TraitError
from traitlets.config import Config, Configurable

from jupyterhub_butterfly import strict


class Pages(Configurable):
    """Traits of an extension."""

    width = Int(5).tag(config=True)


def test_what_is_known_and_what_is_others_is_left_alone():
    strict.check_settings(Config(Pages={"width": 3}, ServerApp={"x": 1}), Pages)


def test_what_nobody_knows_is_refused():
    with pytest.raises(TraitError, match=r"c\.Pages\.widht is no setting\. Did you mean width\?"):
        strict.check_settings(Config(Pages={"widht": 3}), Pages)
