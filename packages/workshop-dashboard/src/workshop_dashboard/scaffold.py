"""The command `workshop-notes new`: a small workshop to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

WORKSHOP = """# The workshop's name, its pages in their order, and its variables.
name: "{title}"
modules:
  activate:
    - index
    - first-steps
vars:
  - name: greeting
    value: ahoy
"""
INDEX = """---
Title: Welcome
ExitSign: Start
---
# Welcome

In this workshop you will ... Each command runs with a click:

```execute
echo %greeting%, $USER
```

`workshop-notes test` runs this block, and holds it to what you say it prints:

```output
ahoy, ...
```
"""
FIRST = """---
Title: First steps
---
# First steps

Make a file, and look at it:

```execute
echo "kind: Boat" > boat.yaml
```

```execute
cat boat.yaml
```

```output
kind: Boat
```

Some commands are to fail, and the block says so:

```execute fails
cat ship.yaml
```

Others run until they are stopped:

```execute-2
while true; do date; sleep 1; done
```

```execute-2
<ctrl-c>
```

Did it work?

```examiner:execute-test
name: has-boat
title: Is there a boat?
```
"""
TEST = """#!/bin/sh
# A test of the examiner: it ends with 0 if the step was done. Arguments come from the block.
test -f "$HOME/boat.yaml"
"""
FILES: Mapping[str, str] = MappingProxyType(
    {
        "workshop/workshop.yaml": WORKSHOP,
        "workshop/content/index.md": INDEX,
        "workshop/content/first-steps.md": FIRST,
        "workshop/examiner/tests/has-boat": TEST,
    }
)


class ScaffoldError(OSError):
    """The workshop cannot be made; the message says what to do."""


def make_workshop(folder: Path, title: str) -> list[Path]:
    """Write a workshop into `folder`, which is new or empty, and return its files."""
    if folder.exists() and any(folder.iterdir()):
        raise ScaffoldError(f"{folder} holds files already: name a new folder.")
    written = []
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{title}", title.replace('"', "'")), "utf-8")
        if "tests/" in name:
            path.chmod(0o755)
        written.append(path)
    return written
