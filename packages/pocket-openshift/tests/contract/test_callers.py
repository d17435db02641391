"""Callers of the contract's world on a real cluster: each is who it is, nobody is the admin too."""

import base64
import http.server
import ssl
import threading

import pytest
import trustme
import yaml


class Recorder(http.server.BaseHTTPRequestHandler):
    """Answers like an API server that knows its callers by certificate or token."""

    seen: list[tuple[bool, str]]

    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(size)
        certificate = bool(self.connection.getpeercert())
        self.seen.append((certificate, self.headers.get("Authorization", "")))
        body = b'{"status": {"token": "of-the-account"}}'
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def seen(tmp_path):
    """(certificate shown, Authorization) of each request to the server of `tmp_path/config`."""
    ca = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    ca.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    admin = ca.issue_cert("admin@example.com")
    found: list[tuple[bool, str]] = []
    handler = type("Handler", (Recorder,), {"seen": found})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        write_config(tmp_path / "config", server.server_port, ca, admin)
        yield found
        server.shutdown()
        thread.join()


def write_config(path, port, ca, admin):
    def coded(blob):
        return base64.b64encode(blob.bytes()).decode()

    user = {
        "client-certificate-data": coded(admin.cert_chain_pems[0]),
        "client-key-data": coded(admin.private_key_pem),
    }
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "certificate-authority-data": coded(ca.cert_pem),
    }
    context = {"cluster": "c", "user": "u"}
    path.write_text(
        yaml.safe_dump(
            {
                "clusters": [{"name": "c", "cluster": cluster}],
                "users": [{"name": "u", "user": user}],
                "contexts": [{"name": "x", "context": context}],
                "current-context": "x",
            }
        )
    )


def test_only_the_admin_shows_the_certificate_of_the_kubeconfig(seen, tmp_path, connect):
    world = connect(str(tmp_path / "config"))
    for who in ("admin", "anonymous", "bad", "sa:hub"):
        world.play({"as": who, "request": {"method": "GET", "path": "/api/v1/pods"}})
    assert seen == [
        (True, ""),
        (False, ""),
        (False, "Bearer not-a-token"),
        (True, ""),  # the admin asks for the account's token
        (False, "Bearer of-the-account"),
    ]
