"""The script of the files' editor: CodeMirror's modules from npm and our few lines, as one file.

The modules are published for `require` too; a registry of ten lines stands in for a bundler. What
hatch's hook has fetched lies in `codemirror/`; without it the page has a plain text field.
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from types import MappingProxyType

# What the modules call each other -> the file that the hook has put in place.
MODULES: Mapping[str, str] = MappingProxyType(
    {
        **{
            f"@codemirror/{name}": f"{name}.cjs"
            for name in ("commands", "language", "search", "state", "streamparser", "view")
        },
        **{
            f"@codemirror/legacy-modes/mode/{name}": f"{name}.cjs"
            for name in (
                "css",
                "dockerfile",
                "go",
                "javascript",
                "properties",
                "python",
                "shell",
                "toml",
                "xml",
                "yaml",
            )
        },
        "@lezer/common": "lezer-common.cjs",
        "@lezer/highlight": "lezer-highlight.cjs",
        "@marijn/find-cluster-break": "marijn-find-cluster-break.cjs",
        "crelt": "crelt.cjs",
        "style-mod": "style-mod.cjs",
        "w3c-keyname": "w3c-keyname.cjs",
    }
)
BEGIN = """(() => {
"use strict";
const modules = {}, loaded = {};
const require = (name) => {
  if (!(name in loaded)) {
    const module = loaded[name] = { exports: {} };
    modules[name](require, module.exports, module);
  }
  return loaded[name].exports;
};
"""


def make_script() -> str | None:
    """Make the script that defines `makeTextEditor`; None where a module is missing."""
    folder = importlib.resources.files("workshop_dashboard") / "codemirror"
    parts = [BEGIN]
    for name, file in MODULES.items():
        path = folder / file
        if not path.is_file():
            return None
        wrapped = f"(require, exports, module) => {{\n{path.read_text('utf-8')}\n}}"
        parts.append(f"modules[{json.dumps(name)}] = {wrapped};\n")
    return "".join([*parts, (folder / "editor.js").read_text("utf-8"), "\n})();\n"])
