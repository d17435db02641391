# Configuration of a real hub for tests and benchmarks: its servers are real to the hub and
# its proxy, but all of them are one small HTTP server in a thread of the hub, so that a
# hub with hundreds of them starts in seconds. Read as text, never imported.
import asyncio
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jupyterhub.spawner import Spawner


class Page(BaseHTTPRequestHandler):
    """Says yes to everything; `X-JupyterHub-Version` keeps the hub from warning."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("X-JupyterHub-Version", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


PAGE = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("RESTING_PORT", "0"))), Page)
threading.Thread(target=PAGE.serve_forever, daemon=True).start()


class RestingSpawner(Spawner):
    """`user_options`: `seconds` a start takes (negative: for ever), `stop` those of a stop."""

    async def start(self):
        seconds = float(self.user_options.get("seconds", 0))
        await (asyncio.sleep(seconds) if seconds >= 0 else asyncio.Event().wait())
        self.resting = True
        return PAGE.server_address

    async def poll(self):
        return None if getattr(self, "resting", False) else 0

    async def stop(self, now=False):
        seconds = self.user_options.get("stop", os.environ.get("STOP_SECONDS", 0))
        await asyncio.sleep(float(seconds))
        self.resting = False

    def get_state(self):
        return {**super().get_state(), "resting": getattr(self, "resting", False)}

    def load_state(self, state):
        super().load_state(state)
        self.resting = state.get("resting", False)

    def clear_state(self):
        super().clear_state()
        self.resting = False


c = get_config()  # noqa: F821 - a hub's configuration file
c.JupyterHub.spawner_class = RestingSpawner
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {"root"}
c.JupyterHub.allow_named_servers = True
c.JupyterHub.cleanup_servers = False
c.JupyterHub.cleanup_proxy = True
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0, "slow_stop_timeout": 10}
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.init_spawners_timeout = 30
c.JupyterHub.last_activity_interval = 3600
c.JupyterHub.log_level = "INFO"
