"""Temporary Kubernetes or OpenShift projects with anonymous sessions, for JupyterHub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workshop_spawner.anonymous import AnonymousAuthenticator
    from workshop_spawner.spawner import WorkshopSpawner

__version__ = "0.1.0"
__all__ = ["AnonymousAuthenticator", "WorkshopSpawner", "__version__"]


def __getattr__(name: str) -> Any:
    """The two classes, when somebody asks for them: a hub that does is about to start."""
    if name == "WorkshopSpawner":
        from workshop_spawner.hub_tasks.startup import follow_hub
        from workshop_spawner.spawner import WorkshopSpawner

        follow_hub(WorkshopSpawner)
        return WorkshopSpawner
    if name == "AnonymousAuthenticator":
        from workshop_spawner.anonymous import AnonymousAuthenticator

        return AnonymousAuthenticator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
