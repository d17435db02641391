"""Temporary Kubernetes or OpenShift projects with anonymous sessions, for JupyterHub."""

from .anonymous import AnonymousAuthenticator
from .spawner import WorkshopSpawner

__version__ = "0.1.0"
__all__ = ["AnonymousAuthenticator", "WorkshopSpawner", "__version__"]
