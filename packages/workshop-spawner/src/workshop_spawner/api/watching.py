"""KubeSpawner's watch of pods, with a way to wait for a change instead of looking again and again.

Called by spawner.py. KubeSpawner's own waits look at the same cache with pauses of up to 5 s.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from kubespawner.spawner import ApiException, PodReflector
from traitlets import validate

from . import answers

T = TypeVar("T")


class _Store(dict[str, Any]):
    """The reflector's cache; tells of each change of a key."""

    def __init__(self, items: Mapping[str, Any], changed: Callable[[str], None]) -> None:
        super().__init__(items)
        self._changed = changed

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self._changed(key)

    def pop(self, key: str, *default: Any) -> Any:
        value = super().pop(key, *default)
        self._changed(key)
        return value


class PodWatch(PodReflector):
    """A pod reflector that one can wait on; one of it is shared by all sessions of a hub."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        super().__init__(*args, **kwargs)

    @validate("resources")
    def _wrap(self, proposal: Any) -> _Store:
        asyncio.get_running_loop().call_soon(self._tell_all)
        return _Store(proposal.value, self._tell)

    def _tell(self, key: str) -> None:
        for event in self._waiting.get(key, ()):
            event.set()

    def _tell_all(self) -> None:
        for key in self._waiting:
            self._tell(key)

    @property
    def is_dead(self) -> bool:
        """Whether the watch has given up (its cache is then what was once true)."""
        if not self.first_load_future.done():
            return False
        return self.watch_task is None or self.watch_task.done()

    def count(self, labels: Mapping[str, str]) -> set[str]:
        """The names of the pods that are neither ended nor ending, of these labels' application."""
        return {
            pod["metadata"]["name"]
            for pod in self.resources.values()
            if (pod["metadata"].get("labels") or {}).get("app") == labels["app"]
            and "deletionTimestamp" not in pod["metadata"]
            and (pod.get("status") or {}).get("phase") not in ("Failed", "Succeeded")
        }

    async def wait_until(self, key: str, judge: Callable[[Any], T | None]) -> T:
        """Wait until `judge` of the pod of this key (None: not there) says something true."""
        news = asyncio.Event()
        self._waiting.setdefault(key, set()).add(news)
        try:
            while not (verdict := judge(self.resources.get(key))):
                await news.wait()
                news.clear()
            return verdict
        finally:
            self._waiting[key].discard(news)
            if not self._waiting[key]:
                del self._waiting[key]


async def begin_watch(watching: Awaitable[Any]) -> Any:
    """Begin one of KubeSpawner's watches; what the API refuses becomes an error of ours."""
    try:
        return await watching
    except ApiException as error:
        answer = answers.Answer(error.status or 500, {}, {"message": str(error.reason)})
        raise answers.make_error(answer, "list what the sessions' watches need") from error
