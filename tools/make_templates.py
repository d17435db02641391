"""Regenerate the files of templates/openshift.

    python tools/make_templates.py

Twenty templates have nine tenths in common, and what they share must not drift apart: so that they
are made of one source, `openshift_templates` beside this file. The files are what people apply and
read, and are kept in the repository; tests/test_openshift_templates.py holds them equal to it.
"""

from __future__ import annotations

from pathlib import Path

from openshift_templates import builds, jupyterhub, modes, standalone
from openshift_templates.template import Template

FOLDER = Path(__file__).resolve().parents[1] / "templates" / "openshift"


def list_templates() -> list[Template]:
    """All of them."""
    return [
        *modes.list_templates(),
        *standalone.list_templates(),
        *jupyterhub.list_templates(),
        *builds.list_templates(),
    ]


def main() -> None:
    """Write each; remove what is none any more."""
    FOLDER.mkdir(exist_ok=True)
    made = {f"{each.name}.yaml": each.render() for each in list_templates()}
    for file in FOLDER.glob("*.yaml"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
