"""KubeSpawner's own traits, with defaults that suit a workshop."""

from __future__ import annotations

from typing import Any

from traitlets import HasTraits, TraitError, default, validate

_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


class PodDefaults(HasTraits):
    """Pods that restricted clusters admit, in the hub's namespace."""

    application: str

    @default("component_label")
    def _default_component_label(self) -> str:
        return f"{self.application}-session"

    @default("container_security_context")
    def _default_container_security_context(self) -> dict[str, Any]:
        return dict(_RESTRICTED)

    @validate("enable_user_namespaces")
    def _refuse_user_namespaces(self, proposal: Any) -> bool:
        if proposal.value:
            raise TraitError(
                "WorkshopSpawner.enable_user_namespaces cannot be used: sessions run in the hub's "
                "namespace and have their project beside it. Remove the setting."
            )
        return False
