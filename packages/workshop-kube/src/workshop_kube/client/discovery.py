"""Which kinds an API server has; asked once for each group and version that is not known."""

from __future__ import annotations

from workshop_kube import errors
from workshop_kube.client.api import Api
from workshop_kube.rules import answers, kinds
from workshop_kube.rules.calls import Call


class Discovery:
    """The kinds of one API server; shared by all who ask it, whoever they are."""

    def __init__(self) -> None:
        self._known = dict(kinds.TABLE)

    async def find_kind(self, api: Api, api_version: str, kind: str) -> kinds.Kind:
        """A kind by group, version and name. RefusedError when the API has none such."""
        if (api_version, kind) not in self._known:
            self._known |= await _list_version(api, api_version)
        if found := self._known.get((api_version, kind)):
            return found
        raise errors.RefusedError(f"find {kind}", f"the cluster has no {kind} ({api_version})")

    async def has_version(self, api: Api, api_version: str) -> bool:
        """Whether the API has a group and version; False only when it says so itself."""
        try:
            await api.send(Call("GET", kinds.find_root(api_version)))
        except errors.KubeError as error:
            if answers.is_no_such_api(error):
                return False
            raise
        return True

    async def list_kinds(self, api: Api, *verbs: str) -> tuple[list[kinds.Kind], list[str]]:
        """Every namespaced kind that can be asked these verbs, and the groups that are broken.

        A broken (aggregated) group is passed over: it must not keep the others from us.
        """
        groups = (await api.send(Call("GET", "/apis"))).document or {}
        versions, broken = kinds.parse_versions(groups)
        found = list((await _list_version(api, "v1")).values())
        for version in versions:
            try:
                found += (await _list_version(api, version)).values()
            except errors.KubeError as error:
                broken.append(f"{version} ({error})")
        return kinds.find_able(found, *verbs), broken


async def _list_version(api: Api, api_version: str) -> dict[tuple[str, str], kinds.Kind]:
    try:
        answer = await api.send(Call("GET", kinds.find_root(api_version)))
    except errors.KubeError as error:
        if answers.is_no_such_api(error):
            return {}
        raise
    return kinds.parse_kinds(api_version, answer.document or {})
