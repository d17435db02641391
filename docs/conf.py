"""How the documentation is built: `sphinx-build -W docs site` (or the `docs` session of nox)."""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_INIT = ROOT / "packages" / "butterfly" / "src" / "jupyterhub_butterfly" / "__init__.py"

project = "Workshops on JupyterHub"
author = "The project's contributors"
copyright = author  # noqa: A001 - Sphinx wants this name
version = release = re.search(r'__version__ = "(.+)"', _INIT.read_text())[1]

extensions = ["myst_parser", "sphinx.ext.autodoc", "autodoc_traits", "sphinx_copybutton"]
exclude_patterns = ["requirements.txt", "_build"]
language = "en"

# A help text in backticks is code, in the reference as in the terminal.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist", "smartquotes"]
myst_heading_anchors = 4
suppress_warnings = ["epub.duplicated_toc_entry"]

html_theme = "furo"
html_title = "Workshops on JupyterHub"
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_show_sphinx = False
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True


OURS = (
    "jupyterhub_butterfly",
    "openshift_authenticator",
    "pocket_openshift",
    "workshop_culler",
    "workshop_dashboard",
    "workshop_kube",
    "workshop_launch",
    "workshop_spawner",
)


def setup(app: Any) -> None:
    """Show of a configurable class what is ours, and how it is configured."""
    app.connect("autodoc-process-signature", drop_signature)
    app.connect("autodoc-skip-member", skip_foreign_settings)


def drop_signature(
    _app: Any, what: str, _name: str, thing: Any, _options: Any, _signature: str, _returns: str
) -> tuple[str, str] | None:
    """Return an empty signature for classes that are configured, not called."""
    return ("", "") if what == "configurable" or hasattr(thing, "class_traits") else None


def skip_foreign_settings(
    _app: Any, what: str, _name: str, thing: Any, _skip: bool, _options: Any
) -> bool | None:
    """Leave out the settings of base classes of other projects: they have pages of their own."""
    origin = getattr(thing, "this_class", None)
    if origin is not None:
        return not origin.__module__.startswith(OURS)
    # Of a configurable class, only its settings.
    return True if what == "configurable" else None
