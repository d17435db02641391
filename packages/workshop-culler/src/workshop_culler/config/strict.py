"""Settings that nobody knows stop the start: of the application, and of its extensions."""

from __future__ import annotations

from typing import Any, NoReturn

from traitlets import TraitError
from traitlets.config import Configurable
from traitlets.config.loader import ArgumentError, KVArgParseConfigLoader

from workshop_kube.rules import unknown_settings

_Parser: Any = KVArgParseConfigLoader.parser_class


class StrictParser(_Parser):
    """Says what is wrong without a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Refuse, in a sentence."""
        raise ArgumentError(f"{message}; see --help-all")


class StrictLoader(KVArgParseConfigLoader):
    """Refuses an option of the command line that is none, which traitlets would only warn of."""

    parser_class = StrictParser

    def _handle_unrecognized_alias(self, arg: str) -> None:
        raise ArgumentError(f"--{arg} is no option; see --help-all")


def find_known(cls: type[Configurable]) -> dict[str, set[str]]:
    """Find the names of traits that may be set, for `cls` and each class that it is built on."""
    names = set(cls.class_trait_names(config=True))
    parents = [parent for parent in cls.__mro__ if issubclass(parent, Configurable)]
    return {parent.__name__: names for parent in parents}


def check_settings(config: Any, *classes: type[Configurable]) -> None:
    """Raise TraitError with a sentence for each setting that nobody of `classes` knows."""
    known = {name: names for cls in classes for name, names in find_known(cls).items()}
    if unknown := unknown_settings.list_unknown(config, known):
        raise TraitError(" ".join(unknown))
