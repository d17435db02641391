"""An npm registry on loopback with one package, whose archive is the test's."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

ARCHIVE = "/archive.tgz"


def make_archive(files: Mapping[str, bytes]) -> bytes:
    """What npm unpacks: names begin with `package/`."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def checksum(content: bytes) -> str:
    """As npm writes it: sha512, base64, without the algorithm's name."""
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


@contextlib.contextmanager
def serve_package(package: str, archive: bytes) -> Iterator[str]:
    """The registry's URL; it vouches for the archive, as one that was taken over would."""
    name, _, version = package.rpartition("@")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The package's document, or its archive."""
            path = unquote(self.path)
            found = path in (ARCHIVE, f"/{name}")
            self.send_response(200 if found else 404)
            self.end_headers()
            if found:
                self.wfile.write(archive if path == ARCHIVE else self.document())

        def document(self) -> bytes:
            host = f"http://127.0.0.1:{self.server.server_address[1]}"
            dist = {"tarball": host + ARCHIVE, "integrity": f"sha512-{checksum(archive)}"}
            one = {"name": name, "version": version, "dist": dist}
            whole = {"name": name, "dist-tags": {"latest": version}, "versions": {version: one}}
            return json.dumps(whole).encode()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
