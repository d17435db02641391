"""The environment of a shell: what it is given, and what is kept from it.

One value is made at start; sessions add what differs from shell to shell.
"""

from __future__ import annotations

from collections.abc import Mapping

# Never in a shell: the hub's token (it can do more than the person in the shell needs), passwords
# of the standalone modes, and what only this server process is meant to read.
KEPT_BACK = frozenset(
    {
        "JUPYTERHUB_API_TOKEN",
        "JPY_API_TOKEN",
        "JUPYTERHUB_COOKIE_OPTIONS",
        "JUPYTERHUB_CLIENT_ID",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES",
        "JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES",
        "JUPYTERHUB_OAUTH_SCOPES",
        "JUPYTERHUB_OAUTH_CALLBACK_URL",
        "JUPYTERHUB_SSL_KEYFILE",
        "JUPYTERHUB_SSL_CERTFILE",
        "JUPYTERHUB_SSL_CLIENT_CA",
        "JUPYTERHUB_ACTIVITY_URL",
        "JUPYTERHUB_API_URL",
        "JUPYTERHUB_SERVICE_URL",
        "AUTH_PASSWORD",
        "AUTH_USERNAME",
        "OAUTH_SERVICE_ACCOUNT",
        "OPENSHIFT_TOKEN",
        "OPENSHIFT_PASSWORD",
    }
)

DEFAULTS = {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def make_environment(
    environ: Mapping[str, str],
    *,
    home: str,
    user: str,
    shell: str,
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return what every shell of this server starts with.

    `user` fills USER and LOGNAME where the account has no name (an arbitrary UID on OpenShift).
    `extra` wins over what was inherited. TERM is always ours: the browser is the terminal.
    """
    kept = {name: value for name, value in environ.items() if name not in KEPT_BACK}
    names = {"USER": user, "LOGNAME": user, "LANG": DEFAULTS["LANG"]}
    terminal = {"TERM": DEFAULTS["TERM"], "COLORTERM": DEFAULTS["COLORTERM"]}
    result = {**names, **kept, **terminal, "HOME": home, "SHELL": shell, **(extra or {})}
    result.pop("COLUMNS", None)  # of another terminal
    result.pop("LINES", None)
    return result
