"""Log in to JupyterHub with an OpenShift account, with nothing to configure."""

__version__ = "0.1.0"
