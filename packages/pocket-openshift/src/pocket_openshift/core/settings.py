"""How one cluster is called and behaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Settings:
    """How this cluster is called and behaves. The URLs are set once the sockets are bound."""

    url: str = "https://127.0.0.1:6443"
    oauth_url: str = "https://localhost:6446"
    subdomain: str = "apps.localtest"
    ca_pem: str = ""
    token_cache_seconds: float = 10.0
    audience: str = "https://kubernetes.default.svc"
    bookmark_seconds: float = 30.0
    # How long a namespace that was deleted keeps its content; five seconds in a real cluster.
    namespace_seconds: float = 0.0
