"""The smallest single-user server, for tests that are about the hub."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

import jupyterhub


class Answer(BaseHTTPRequestHandler):
    """Say hello to any path."""

    def do_GET(self):
        """Answer as a single-user server does."""
        self.send_response(200)
        self.send_header("X-JupyterHub-Version", jupyterhub.__version__)
        self.end_headers()
        self.wfile.write(f"hello from {os.environ['JUPYTERHUB_USER']}".encode())

    def log_message(self, *args):
        """Say nothing."""


if __name__ == "__main__":
    url = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    ThreadingHTTPServer(
        (os.environ.get("POD_IP") or url.hostname, url.port), Answer
    ).serve_forever()
