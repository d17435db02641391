"""Temporary Kubernetes or OpenShift projects with anonymous sessions, for JupyterHub."""

__version__ = "0.1.0"
