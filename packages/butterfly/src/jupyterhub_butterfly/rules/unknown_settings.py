"""Settings that nobody knows, in sentences: a misspelt one must not be passed over in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

# How alike two names are for one to be a misspelling of the other (difflib's ratio). Of classes
# more so: an OAuthenticator is no misspelt Authenticator.
CLOSE_CLASS = 0.85
CLOSE_NAME = 0.6


def list_unknown(
    config: Mapping[str, Any],
    known: Mapping[str, Collection[str]],
    own: Collection[str] | None = None,
) -> list[str]:
    """List one sentence for each setting in `config` that is not `known`: names of traits by class.

    Classes of others are left alone, but for one that is probably meant to be of `own`, which are
    the names that people write: all `known` where none are given.
    """
    own = known if own is None else own
    sentences: list[str] = []
    for section, settings in config.items():
        if section in known:
            sentences += _list_unknown_names(section, settings, known[section])
        elif settings and (meant := _find_close(section, own, CLOSE_CLASS)):
            sentences.append(f"c.{section} is read by nobody. Did you mean c.{meant}?")
    return sentences


def _list_unknown_names(
    section: str, settings: Iterable[str], names: Collection[str]
) -> Iterable[str]:
    for name in sorted(settings):
        if not name[:1].isupper() and name not in names:
            meant = _find_close(name, names, CLOSE_NAME)
            hint = f" Did you mean {meant}?" if meant else ""
            yield f"c.{section}.{name} is no setting.{hint}"


def _find_close(name: str, names: Iterable[str], ratio: float) -> str:
    import difflib  # a server that starts has no use for it

    lower = {each.lower(): each for each in names}
    found = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=ratio)
    return lower[found[0]] if found else ""
