"""Write the tables of docs/reference/hub-image.md from the settings of images/hub.

    python tools/hub_reference.py

tests/test_hub_image_reference.py holds that it was done.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "hub-image.md"
BEGIN, END = "<!-- settings: made by tools/hub_reference.py -->", "<!-- settings: end -->"
HEAD = ("| variable | default | what |", "|---|---|---|")
# The first variable of each table.
HEADINGS = {
    "CONFIGURATION_TYPE": "The workshop",
    "SPAWNER_PASSWORD": "Who comes in",
    "WORKSHOP_IMAGE": "Sessions",
    "RESOURCE_BUDGET": "Projects, and what sessions may do there",
    "CONSOLE_URL": "The web console",
    "SERVER_LIMIT": "Limits",
    "DATABASE_HOST": "The hub itself",
}


def render_default(default: Any) -> str:
    """A default as somebody would write it; empty where there is none."""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if default not in ("", None, (), {}, frozenset()) else ""


def render_modes(modes: tuple[str, ...], known: Any) -> str:
    """The modes in as few words as there are."""
    if len(modes) < len(known.MODES) - 1:
        return ", ".join(f"`{mode}`" for mode in sorted(modes))
    (missing,) = set(known.MODES) - set(modes)
    return f"all but `{missing}`"


def render_tables() -> str:
    """A table a group, a row a variable."""
    sys.path.insert(0, str(ROOT / "images" / "hub"))
    import hub_settings

    lines = []
    for name in hub_settings.list_names():
        field = hub_settings.Settings.model_fields[name.lower()]
        if name in HEADINGS:
            lines += [
                "",
                f"### {HEADINGS[name]}",
                "",
                "| variable | default | what |",
                "|---|---|---|",
            ]
        extra: Any = field.json_schema_extra
        modes = f" ({render_modes(extra['modes'], hub_settings)})" if extra["modes"] else ""
        example = (field.examples or [""])[0].replace("|", "\\|")
        what = f"{field.description}{modes} For example: `{example}`"
        lines.append(f"| `{name}` | {render_default(field.default)} | {what} |")
    return "\n".join([*lines, ""])


def fill(page: str) -> str:
    """The page with the tables of today."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{render_tables()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(fill(PAGE.read_text()))
