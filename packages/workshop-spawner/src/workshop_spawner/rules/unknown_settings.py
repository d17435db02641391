"""Settings that nobody knows, in sentences: a misspelt one must not be passed over in silence."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

# How alike two names of classes are for one to be a misspelling of the other (difflib's ratio).
CLOSE = 0.85


def find_unknown(
    config: Mapping[str, Any], own: str, bases: Collection[str], known: Iterable[str]
) -> list[str]:
    """One sentence for each setting that the class `own` does not know.

    `config` maps sections to their settings, `bases` names the sections that the class reads (its
    own and its bases'), `known` its settings.
    """
    known = sorted(known)
    sentences = []
    for section, settings in config.items():
        if section in bases:
            wrong = [name for name in settings if not name[:1].isupper() and name not in known]
            sentences += [_say(section, name, known) for name in sorted(wrong)]
        elif settings and is_near(section, own):
            sentences.append(f"c.{section} is read by nobody. Did you mean c.{own}?")
    return sentences


def is_near(name: str, own: str) -> bool:
    """Whether `name` is probably meant to be `own`."""
    return difflib.SequenceMatcher(None, name.lower(), own.lower()).ratio() >= CLOSE


def _say(section: str, name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"c.{section}.{name} is no setting of this authenticator.{hint}"
