"""KubeSpawner's watch of pods, with a way to wait for a change instead of looking again and again.

KubeSpawner's own waits look at the same cache with pauses of up to 5 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar, cast

from kubespawner.spawner import ApiException, PodReflector
from traitlets import default, validate
from traitlets.utils.bunch import Bunch

from workshop_kube import errors
from workshop_kube.labels import CAPS, WORKSHOP
from workshop_kube.rules import answers
from workshop_spawner.rules import capacity, pool_rules

T = TypeVar("T")
Pod = Mapping[str, Any]


class _Store(dict[str, Any]):
    """The reflector's cache; tells of each change of a key."""

    def __init__(self, items: Mapping[str, Any], changed: Callable[[str], None]) -> None:
        super().__init__(items)
        self._changed = changed

    def __setitem__(self, key: str, value: object) -> None:
        super().__setitem__(key, value)
        self._changed(key)

    def pop(self, key: str, *default: Any) -> object:
        value = super().pop(key, *default)
        self._changed(key)
        return value


class _Waiter:
    """Somebody who waits: each state is looked at when it comes, so that none is missed."""

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._check = check
        self.verdict: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def see(self, pod: Pod | None) -> None:
        """Look at a state, unless an earlier one was enough."""
        if self.verdict.done():
            return
        try:
            if verdict := self._check(pod):
                self.verdict.set_result(verdict)
        except Exception as error:  # noqa: BLE001 - it is the error of who waits, not the watch's
            self.verdict.set_exception(error)


class PodWatch(PodReflector):
    """A pod reflector that one can wait on; one of it is shared by all sessions of a hub."""

    @default("request_timeout")
    def _default_request_timeout(self) -> int:
        # The server ends a watch after `timeout_seconds`. One that is open for longer has died
        # without a word, and visitors wait for what it does not say.
        return 2 * self.timeout_seconds

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._waiting: dict[str, set[_Waiter]] = {}
        super().__init__(*args, **kwargs)

    @validate("resources")
    def _wrap(self, proposal: Bunch) -> _Store:
        asyncio.get_running_loop().call_soon(self._tell_all)
        return _Store(proposal.value, self._tell)

    def _tell(self, key: str) -> None:
        for waiter in self._waiting.get(key, ()):
            waiter.see(self.resources.get(key))

    def _tell_all(self) -> None:
        for key in self._waiting:
            self._tell(key)

    @property
    def is_dead(self) -> bool:
        """Whether the watch has given up (its cache is then what was once true)."""
        if not self.first_load_future.done():
            return False
        return self.watch_task is None or self.watch_task.done()

    @property
    def is_waited_on(self) -> bool:
        """Whether somebody waits for a change."""
        return bool(self._waiting)

    def count(self, labels: Mapping[str, str]) -> dict[str, frozenset[str]]:
        """The pods that are neither ended nor ending, of these labels' application, by name.

        Each with the limits of its workshop, profile and groups that it counts towards. Without
        those that wait for their visitor: they make room.
        """
        return {
            pod["metadata"]["name"]: capacity.list_keys(
                (pod["metadata"].get("labels") or {}).get(WORKSHOP, ""),
                (pod["metadata"].get("annotations") or {}).get(CAPS),
            )
            for pod in self.resources.values()
            if (pod["metadata"].get("labels") or {}).get("app") == labels["app"]
            and (pod["metadata"].get("labels") or {}).get("class") != pool_rules.CLASS_POOL
            and "deletionTimestamp" not in pod["metadata"]
            and (pod.get("status") or {}).get("phase") not in ("Failed", "Succeeded")
        }

    def list_addresses(self) -> set[str]:
        """The addresses of all pods that have not ended, of either family."""
        return {
            address
            for pod in self.resources.values()
            if (status := pod.get("status") or {}).get("phase") not in ("Failed", "Succeeded")
            for address in (
                status.get("podIP"),
                *(one.get("ip") for one in status.get("podIPs") or ()),
            )
            if address
        }

    async def wait_until(self, key: str, check: Callable[[Any], T | None]) -> T:
        """Wait until `check` of the pod of this key (None: not there) says something true.

        It is called with the pod as it is now, and with each state that comes later, in order.
        """
        waiter = _Waiter(check)
        self._waiting.setdefault(key, set()).add(waiter)
        try:
            waiter.see(self.resources.get(key))
            return cast(T, await waiter.verdict)
        finally:
            self._waiting[key].discard(waiter)
            if not self._waiting[key]:
                del self._waiting[key]


async def begin_watch(watching: Awaitable[T]) -> T:
    """Begin one of KubeSpawner's watches; what goes wrong becomes an error of ours.

    What the API says has its own words. Anything else is no answer: the API is away, its
    certificate is another's, or KubeSpawner has stumbled over a refusal.
    """
    what = "list what the sessions' watches need"
    try:
        return await watching
    except ApiException as error:
        body = error.body or ""
        said = body if isinstance(body, bytes) else str(body).encode()
        answer = answers.parse_answer(error.status or 0, error.headers or {}, said)
        raise answers.make_error(answer, what) from error
    except Exception as error:
        raise errors.TemporaryError(what, f"no answer: {error!r}") from error
