"""An npm registry on loopback with packages whose archives are the test's."""

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


def serve_package(package: str, archive: bytes) -> contextlib.AbstractContextManager[str]:
    """The URL of a registry with one package, as name@version."""
    return serve_packages({package: archive})


@contextlib.contextmanager
def serve_packages(packages: Mapping[str, bytes]) -> Iterator[str]:
    """The registry's URL; it vouches for the archives, as one that was taken over would."""
    answers: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """A package's document, or its archive."""
            found = answers.get(unquote(self.path))
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        for package, archive in packages.items():
            name, _, version = package.rpartition("@")
            path = f"/-/{name}.tgz"
            answers |= {
                path: archive,
                f"/{name}": make_document(name, version, url + path, archive),
            }
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"{url}/"
        finally:
            server.shutdown()
            thread.join()


def make_document(name: str, version: str, address: str, archive: bytes) -> bytes:
    """What a registry says of a package of one version."""
    dist = {"tarball": address, "integrity": f"sha512-{checksum(archive)}"}
    one = {"name": name, "version": version, "dist": dist}
    whole = {"name": name, "dist-tags": {"latest": version}, "versions": {version: one}}
    return json.dumps(whole).encode()
