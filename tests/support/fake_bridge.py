"""A stand-in for the console's program, for tests: same settings, same habits.

As the real one (github.com/openshift/console, cmd/bridge): BRIDGE_* settings, paths below
BRIDGE_BASE_PATH, `/api/kubernetes/` goes to the API with the token that it was started with, and
what changes something needs its cookie `csrf-token` again as `X-CSRFToken`.
"""

import os
import ssl
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

BASE = os.environ["BRIDGE_BASE_PATH"]
TOKEN = os.environ["BRIDGE_K8S_AUTH_BEARER_TOKEN"]
CA = sys.argv[1]
API = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"


class Console(BaseHTTPRequestHandler):
    """Pages, and the API below api/kubernetes/."""

    def do_GET(self):
        """A page, or what the API says."""
        if not self.path.startswith(BASE):
            return self.say(404, b"not below my base")
        if self.path.startswith(f"{BASE}api/kubernetes/"):
            return self.pass_on(None)
        return self.say(200, f"console at {BASE}".encode())

    def do_POST(self):
        """What changes something."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if f"csrf-token={self.headers['X-CSRFToken']}" not in self.headers.get("Cookie", ""):
            return self.say(403, b"invalid CSRFToken")
        if self.headers["Origin"] != os.environ["BRIDGE_BASE_ADDRESS"]:
            return self.say(403, f"invalid Origin {self.headers['Origin']}".encode())
        return self.pass_on(body)

    def pass_on(self, body):
        """Ask the API as whoever the session is."""
        context = ssl.create_default_context(cafile=CA)
        path = self.path.removeprefix(f"{BASE}api/kubernetes")
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(API + path, body, headers)
        try:
            with urllib.request.urlopen(request, context=context) as answer:
                self.say(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            self.say(error.code, error.read())

    def say(self, status, body):
        """Answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", f"csrf-token=abc; Path={BASE}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


if __name__ == "__main__":
    place = urlparse(os.environ["BRIDGE_LISTEN"])
    ThreadingHTTPServer((place.hostname, place.port), Console).serve_forever()
