"""Paths of mounts, told to processes that have no mounts.

Pure; used for env, command, args and workingDir.

A value that equals a mountPath or lies below it is turned into the folder that stands for the
mount, also behind `--option=`. The text inside scripts and files is left alone: they should use an
environment variable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_OPTION = re.compile(r"^(--?[A-Za-z0-9][\w.-]*=)(/.*)$", re.DOTALL)


def translate(text: str, mounts: Mapping[str, str]) -> str:
    """`text` with a leading mountPath replaced by its folder. The longest mountPath wins."""
    option = _OPTION.match(text)
    if option:
        return option.group(1) + translate(option.group(2), mounts)
    for path in sorted(mounts, key=len, reverse=True):
        bare = path.rstrip("/")
        if bare and (text == bare or text.startswith(bare + "/")):
            return mounts[path] + text[len(bare) :]
    return text
