"""KubeSpawner's own traits, with defaults that suit a workshop."""

from __future__ import annotations

from typing import Any

from traitlets import HasTraits, TraitError, default, validate
from traitlets.utils.bunch import Bunch

_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}

_NO_NAMESPACES = "sessions run in the hub's namespace and have their project beside it"
_OWN_ACCOUNT = "each session has an account of its own, and identity says whose token it has"
REFUSED = {
    "enable_user_namespaces": _NO_NAMESPACES,
    "user_namespace_template": _NO_NAMESPACES,
    "user_namespace_labels": _NO_NAMESPACES,
    "user_namespace_annotations": _NO_NAMESPACES,
    "service_account": _OWN_ACCOUNT,
    "automount_service_account_token": _OWN_ACCOUNT,
}


class PodDefaults(HasTraits):
    """Pods that restricted clusters admit, in the hub's namespace."""

    # KubeSpawner's; what an administrator says in them goes before our defaults.
    privileged: bool
    allow_privilege_escalation: bool | None
    uid: Any

    @default("pod_name_template")
    def _default_pod_name_template(self) -> str:
        return ""  # ours: `<application>-user-<user>`

    @default("secret_name_template")
    def _default_secret_name_template(self) -> str:
        return "{pod_name}-tls"  # `{pod_name}` may be the name of another session's own Secret

    @default("container_security_context")
    def _default_container_security_context(self) -> dict[str, Any]:
        if self.privileged:
            return {}
        chosen = dict(_RESTRICTED, allowPrivilegeEscalation=bool(self.allow_privilege_escalation))
        if self.uid == 0:
            chosen.pop("runAsNonRoot")
        return chosen

    @validate(*REFUSED)
    def _refuse_what_we_cannot_do(self, proposal: Bunch) -> object:
        if proposal.value:
            name = proposal.trait.name
            raise TraitError(
                f"WorkshopSpawner.{name} cannot be used: {REFUSED[name]}. Remove the setting."
            )
        return proposal.value
