"""Temporary Kubernetes or OpenShift projects with anonymous sessions, for JupyterHub."""

from workshop_spawner.anonymous import AnonymousAuthenticator
from workshop_spawner.spawner import WorkshopSpawner

__version__ = "0.1.0"
__all__ = ["AnonymousAuthenticator", "WorkshopSpawner", "__version__"]
