"""The page that lists a folder of the home. Pure; `files` serves it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from html import escape
from typing import Any

from jupyterhub_butterfly.rules import filepaths


def render_folder(
    prefix: str,
    parts: Sequence[str],
    entries: Sequence[filepaths.Entry],
    *,
    more: bool,
    config: dict[str, Any],
    version: str,
) -> str:
    """Render the list: where we are, what is in it, and the way up and down."""
    base = f"{prefix}files/home/"
    static = escape(f"{prefix}static/terminal/")
    here = base + (f"{filepaths.quote_path(parts)}/" if parts else "")
    rows = "".join(_render_row(here, entry) for entry in entries)
    path = filepaths.quote_path(parts)
    archive = f"{prefix}files/archive/{path}"
    shown = {**config, "folder": "/".join(parts), "place": filepaths.format_path(parts)}
    return _PAGE.format(
        title=_show(f"Files in {filepaths.format_path(parts)}"),
        config=escape(json.dumps(shown), quote=True),
        static=static,
        version=escape(version),
        terminal=escape(f"{prefix}terminal/"),
        crumbs=_render_crumbs(base, parts),
        rows=rows or '<tr><td colspan="3" class="nothing">This folder is empty.</td></tr>',
        more="<p>There is more; the shell's <code>ls</code> shows it all.</p>" if more else "",
        archive=escape(archive),
    )


def _render_crumbs(base: str, parts: Sequence[str]) -> str:
    links = [f'<a href="{escape(base)}">~</a>']
    for count, name in enumerate(parts, 1):
        href = escape(f"{base}{filepaths.quote_path(parts[:count])}/")
        links.append(f'<a href="{href}">{_show(name)}</a>')
    return " / ".join(links)


def _render_row(here: str, entry: filepaths.Entry) -> str:
    name = _show(entry.name)
    href = escape(here + filepaths.quote_path([entry.name])) if _is_text(entry.name) else ""
    when = f"{datetime.datetime.fromtimestamp(entry.modified, datetime.UTC):%Y-%m-%d %H:%M}"
    if entry.kind == "folder" and href:
        link = f'<a href="{href}/">{name}/</a>'
        return f'<tr class="folder"><td>{link}</td><td></td><td>{when}</td></tr>'
    if entry.kind == "file" and href:
        size = filepaths.format_size(entry.size)
        link = f'<a href="{href}" download>{name}</a>'
        return f"<tr><td>{link}</td><td>{size}</td><td>{when}</td></tr>"
    return f'<tr class="other"><td>{name}</td><td></td><td>{when}</td></tr>'


def _is_text(name: str) -> bool:
    """Tell whether a URL can name it: not where its bytes are no UTF-8."""
    return name.isprintable() or not any("\udc80" <= c <= "\udcff" for c in name)


def _show(name: str) -> str:
    return escape(name.encode("utf-8", "replace").decode())


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{static}files.css?v={version}">
</head>
<body class="files-page" data-terminal="{config}">
<header>
<h1>Files</h1>
<nav aria-label="Folder">{crumbs}</nav>
<div class="actions">
<button type="button" id="files-choose">Upload files</button>
<a class="button" href="{archive}" download>Download all as zip</a>
<a class="button" href="{terminal}">Terminal</a>
</div>
</header>
<main>
<table>
<thead>
<tr><th scope="col">Name</th><th scope="col">Size</th><th scope="col">Changed (UTC)</th></tr>
</thead>
<tbody>{rows}</tbody>
</table>
{more}
<p class="hint">Drop files anywhere on this page to upload them into this folder.</p>
</main>
<script src="{static}files.js?v={version}"></script>
</body>
</html>
"""
