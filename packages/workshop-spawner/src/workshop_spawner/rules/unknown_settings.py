"""Settings that nobody knows, in sentences: a misspelt one must not be passed over in silence."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

# How alike two names of classes are for one to be a misspelling of the other (difflib's ratio).
CLOSE = 0.85


def find_unknown(
    config: Mapping[str, Any], own: Sequence[str], bases: Collection[str], known: Iterable[str]
) -> list[str]:
    """One sentence for each setting that a class does not know.

    `config` maps sections to their settings, `own` has the names that people write for the class,
    `bases` those that it reads (its own and its bases'), `known` its settings.
    """
    known = sorted(known)
    sentences = []
    for section, settings in config.items():
        if section in bases:
            wrong = [name for name in settings if not name[:1].isupper() and name not in known]
            sentences += [_say(section, name, known) for name in sorted(wrong)]
        elif settings and (meant := [name for name in own if is_near(section, name)]):
            sentences.append(f"c.{section} is read by nobody. Did you mean c.{meant[0]}?")
    return sentences


def is_near(name: str, own: str) -> bool:
    """Whether `name` is probably meant to be `own`."""
    return difflib.SequenceMatcher(None, name.lower(), own.lower()).ratio() >= CLOSE


def _say(section: str, name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"c.{section}.{name} is no setting.{hint}"
