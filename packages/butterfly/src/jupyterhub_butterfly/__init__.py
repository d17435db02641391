"""A browser terminal that is a JupyterHub single-user server."""

__version__ = "0.1.0"
