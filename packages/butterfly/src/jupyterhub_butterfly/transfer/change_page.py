"""`<prefix>files/change/<path>`: make a folder, rename, remove; for pages that show the home.

One POST with one thing to do, as JSON. `changes` does it on the disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tornado import web

from jupyterhub_butterfly.rules import filepaths
from jupyterhub_butterfly.transfer import changes, files

CHANGE = r"files/change/(.*)"
MAX_BODY = 16 * 1024


class ChangePage(files.FilesHandler):
    """`POST {"do": "folder"}`, `{"do": "rename", "to": path}` or `{"do": "remove", "whole": bool}`.

    200 with what it is called now; 409 where a name is taken, or a folder is not empty.
    """

    async def post(self, path: str) -> None:
        """Do it."""
        asked = self._read_body()
        if not self.files.upload_bytes:
            raise web.HTTPError(
                403, "Changing files is turned off here (ButterflyApp.upload_bytes)."
            )
        if not self.parts:
            raise web.HTTPError(400, "The home folder itself stays as it is.")
        try:
            place = await self._do(asked)
        except OSError as error:
            files.raise_web(error)
        except filepaths.BadPathError as error:
            raise web.HTTPError(400, str(error)) from error
        self.finish({"place": filepaths.format_path(place), "path": "/".join(place)})

    async def _do(self, asked: Mapping[str, Any]) -> tuple[str, ...]:
        root, parts = self.files.root, self.parts
        if asked.get("do") == "folder":
            filepaths.check_new_name(parts[-1])
            await self.files.run(changes.make_folder, root, parts)
        elif asked.get("do") == "rename":
            to = filepaths.split_path(str(asked.get("to") or ""))
            filepaths.check_new_name(to[-1] if to else "")
            await self.files.run(changes.rename, root, parts, to)
            return to
        elif asked.get("do") == "remove":
            whole = asked.get("whole") is True
            await self.files.run(lambda: changes.remove(root, parts, whole=whole))
        else:
            raise web.HTTPError(400, "Say what to do: folder, rename or remove.")
        return parts

    def _read_body(self) -> dict[str, Any]:
        try:
            given = json.loads(self.request.body[:MAX_BODY])
        except (ValueError, RecursionError) as error:
            raise web.HTTPError(400, "This is no JSON.") from error
        if not isinstance(given, dict):
            raise web.HTTPError(400, "This is no JSON object.")
        return given
