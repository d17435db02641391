"""KubeSpawner taken apart: what its start makes beside the pod, as steps that ours can call.

Each is made from KubeSpawner's own manifest, so that all of its traits hold.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from jupyterhub.utils import maybe_future
from kubespawner import KubeSpawner
from kubespawner.objects import make_owner_reference

from workshop_kube.errors import KubeError
from workshop_spawner.hub_tasks import server_records
from workshop_spawner.kube.cluster import Cluster
from workshop_spawner.kube.watch import begin_watch
from workshop_spawner.model import naming
from workshop_spawner.rules import profile_options
from workshop_spawner.start import server_objects

# A claim of KubeSpawner before version 7 may have its name by the older scheme.
_OLDER = "unknown"


class StepwiseKubeSpawner(KubeSpawner):
    """KubeSpawner's claim, pod, certificates, Service and hook, one by one."""

    user_options: dict[str, Any]
    # Of the profile that this start is of; empty where there are no profiles.
    profile_slug = ""
    _pvc_exists: bool  # KubeSpawner's: whether the name of the claim is known to be right

    def render(self, made: object) -> dict[str, Any]:
        """A manifest of KubeSpawner's as plain values."""
        plain: dict[str, Any] = self.api.api_client.sanitize_for_serialization(made)
        return plain

    async def load_user_options(self) -> None:
        """KubeSpawner's hook; remembered choices that are gone are dropped before it."""
        listed = self._sorted_dict_values(self.profile_list)
        if callable(listed):
            listed = await maybe_future(listed(self))
        profiles = self._get_initialized_profile_list(listed) or []
        choices = profile_options.decide_choices(self.user_options or {}, profiles)
        self.profile_slug = profile_options.find_slug(choices.kept, profiles)
        if choices.dropped:
            gone = ", ".join(choices.dropped)
            self.log.warning("%s: options that are gone are dropped: %s", self._log_name, gone)
            self.user_options = dict(choices.kept)
            if self.orm_spawner is not None:
                self.orm_spawner.user_options = self.user_options
        await super().load_user_options()

    async def ensure_claim(self, cluster: Cluster) -> bool:
        """The claim of `storage_pvc_ensure`, as KubeSpawner makes it; whether it is asked for."""
        if not self.storage_pvc_ensure:
            return False
        if not self._pvc_exists:
            names = self._list_claim_names()
            name = await server_objects.choose_claim(cluster, self.namespace, names)
            server = self.orm_spawner
            if server_records.is_named_by_another(server, name, of_another_user=True):
                name = f"{name}-{naming.make_suffix()}"  # that of a user who was renamed
            self.pvc_name = name
        claim = self.render(self.get_pvc_manifest())
        await server_objects.ensure_claim(cluster, self._place(claim, "PersistentVolumeClaim"))
        self._pvc_exists = True
        return True

    def _list_claim_names(self) -> list[str]:
        """The claim's name, and what an older KubeSpawner may have called it."""
        keeps = self.handle_legacy_names and self.remember_pvc_name
        if not keeps or self._state_kubespawner_version != _OLDER:
            return [self.pvc_name]
        older = self._expand_user_properties(self.pvc_name_template, slug_scheme="escape")
        return [self.pvc_name, older]

    async def make_pod(self) -> dict[str, Any]:
        """KubeSpawner's pod, after `modify_pod_hook`."""
        made = await self.get_pod_manifest()
        if self.modify_pod_hook:
            made = await maybe_future(self.modify_pod_hook(self, made))
        return self.render(made)

    async def add_to_pod(self, cluster: Cluster, pod: Mapping[str, Any]) -> None:
        """What a pod that was just made gets of KubeSpawner: certificates, Service, the hook."""
        owner = make_owner_reference(pod["metadata"]["name"], pod["metadata"]["uid"])
        made: list[tuple[str, Any]] = []
        if self.internal_ssl:
            made.append(("Secret", self.get_secret_manifest(owner)))
        if self.internal_ssl or self.services_enabled:
            port = self._get_pod_port(pod)
            made.append(("Service", self.get_service_manifest(owner, port)))
        for kind, theirs in made:
            manifest = self._place(self.render(theirs), kind)
            await server_objects.replace(cluster, server_objects.relabel(manifest, pod))
        if self.after_pod_created_hook:
            await maybe_future(self.after_pod_created_hook(self, pod))

    def _place(self, manifest: dict[str, Any], kind: str) -> dict[str, Any]:
        metadata = {**manifest["metadata"], "namespace": self.namespace}
        return {**manifest, "apiVersion": "v1", "kind": kind, "metadata": metadata}

    async def _try_watching_events(self) -> None:
        """Begin to watch events; where that is not to be, the page of the start does without."""
        try:
            await begin_watch(self._start_watching_events())
        except KubeError as error:
            # KubeSpawner would wait for ever for the watch that has failed.
            type(self).reflectors.pop(self._get_reflector_key("events"), None)
            self.log.warning("The pages of starts show no events: %s", error)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """KubeSpawner's progress by events, where there are any to be seen."""
        if self.events_enabled and self.event_reflector is None:
            await self._try_watching_events()
        if self.event_reflector is None:
            return
        async for line in super().progress():
            yield line

    def forget_old_events(self) -> None:
        """The progress of a start is told from here on, without the events of an earlier pod."""
        if events := self.events:
            self._last_event = events[-1]["metadata"]["uid"]
