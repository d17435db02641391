"""A server that answers as told, on a real socket, and keeps what it was asked."""

import contextlib
import http.server
import json
import threading


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


@contextlib.contextmanager
def run_told_service():
    """A server that answers as told, ended with the block."""
    server = ToldService()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
