"""A service that answers as told, on a real socket, for the command's client."""

import contextlib
import http.server
import json
import ssl
import threading

import pytest

from workshop_culler.command import client as clients
from workshop_culler.command.connection import Connection


class ToldService(http.server.ThreadingHTTPServer):
    """Answers with `answers`, the last one again and again; keeps what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ToldHandler)
        self.answers = []
        self.asked = []
        self.hold = threading.Event()
        self.scheme = "http"

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}/services/culler/"

    def tell(self, body, status=200, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, data, headers))

    def handle_error(self, request, client_address):
        """A client that goes away is no trouble of the test."""


class ToldHandler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.asked.append((self.command, self.path, body, dict(self.headers)))
        if not self.server.answers:
            self.server.hold.wait(60)
            return
        answers = self.server.answers
        status, data, headers = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(data)

    do_GET = do_POST = do_DELETE = answer


@pytest.fixture
def told_service():
    server = ToldService()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.hold.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def make_client(told_service):
    made = []

    def make(seconds=30.0, **changes):
        known = {"url": told_service.url, "token": "secret-token"} | changes
        made.append(clients.ServiceClient(Connection(**known), seconds))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def with_tls(told_service, tmp_path):
    """Have the service speak TLS; the path of its authority."""
    import trustme

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    told_service.socket = context.wrap_socket(told_service.socket, server_side=True)
    told_service.scheme = "https"
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path
