"""What is looked at all along and at the end: sessions, names, what is foreign, secrets in logs."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from chaos import accounts, foreign
from chaos.cluster_view import RESERVE, SESSIONS, UnansweredError, see
from chaos.parts import ViolationError
from chaos.people import Guest
from chaos.rules import invariants
from chaos.rules.invariants import Seen
from chaos.secrets_in_logs import Secrets, find_in_files, is_secret_variable, read_environment
from chaos.stack import RESERVED_SESSIONS, Stack

LOOK_SECONDS = 1.0
# The culler passes every few seconds, after an idle time and a grace that `stack` names.
CLEAN_SECONDS = 120.0
USER = "hub.jupyter.org/username"


class Watch:
    """Looks at a running stack, and raises ViolationError for what must not be."""

    def __init__(
        self,
        stack: Stack,
        guests: Sequence[Guest],
        before: Sequence[Seen],
        say: Callable[[str], None],
    ) -> None:
        self.secrets = Secrets()
        self._stack, self._guests, self._before, self._say = stack, guests, before, say
        self._owners: dict[str, set[str]] = {}
        self._known: set[int] = set()

    async def run(self) -> None:
        """Look again and again; while the API server does not answer, nothing is known."""
        while True:
            with contextlib.suppress(UnansweredError):
                await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One look."""
        self._stack.keep_pod_logs()
        await self._note_secrets()
        pods = await self._stack.view.list("pod", SESSIONS)
        self._note_pods(pods)
        for project in await self._stack.view.list("project", SESSIONS):
            metadata = project["metadata"]
            owner = metadata["labels"].get("user", "")
            self._owners.setdefault(metadata["uid"], set()).add(owner)
        by_uid = {pod["metadata"]["uid"]: see("pod", pod) for pod in pods}
        complain(invariants.problem_with_pods([g.as_stay() for g in self._guests], by_uid))
        complain(invariants.problem_with_owners(self._owners))
        complain(invariants.problem_with_names([n for g in self._guests for n in g.names]))

    async def look_at_end(self) -> None:
        """What must be so when everybody has left and the clean-up had its time."""
        begin, told = time.monotonic(), 0
        while left := await self._find_left():
            if len(left) != told:
                told = len(left)
                self._say(f"{told} left: {', '.join(sorted(left)[:6])}")
            if time.monotonic() - begin > CLEAN_SECONDS:
                complain(invariants.problem_with_leftovers(left))
            await asyncio.sleep(LOOK_SECONDS)
        await self.look()
        complain(
            invariants.problem_with_foreign(
                self._before, await foreign.see_foreign(self._stack.view)
            )
        )

    def look_at_logs(self) -> None:
        """No secret of the run stands in any log; asked once nobody writes any more."""
        self._stack.keep_pod_logs()
        for guest in self._guests:
            for name, value in guest.secrets.items():
                self.secrets.add(f"{name} of visitor {guest.number}", value)
        complain(next(find_in_files(self.secrets, self._stack.find_logs()), None))

    async def _find_left(self) -> list[str]:
        """What there should not be, or not yet is, of sessions, users and the reserve."""
        try:
            found = await self._stack.view.find(SESSIONS)
            reserve = await self._stack.view.find(RESERVE)
            users = await list_users(self._stack)
        except (UnansweredError, aiohttp.ClientError, TimeoutError) as error:
            return [repr(error)]
        left = [name for name in found if not foreign.is_foreign(name)]
        left += [f"user {name}" for name in users]
        counts = {kind: len(list(of_kind(reserve, kind))) for kind in ("project", "account")}
        wrong = [kind for kind, count in counts.items() if count != RESERVED_SESSIONS]
        return left + [f"{counts[kind]} {kind}s in reserve" for kind in wrong]

    def _note_pods(self, pods: Sequence[dict[str, Any]]) -> None:
        """Which pod each visitor has that is in."""
        owners = {pod["metadata"].get("annotations", {}).get(USER): pod for pod in pods}
        for guest in self._guests:
            pod = owners.get(guest.name)
            if guest.is_in and not guest.pod and not guest.excuse and pod is not None:
                guest.pod = pod["metadata"]["uid"]

    async def _note_secrets(self) -> None:
        """Tokens and keys that there are now: in Secrets, in environments, in files of pods."""
        self.secrets.add("the administrator's token", self._stack.view.token)
        self.secrets.add("the OAuth client's secret", accounts.SECRET)
        self.secrets.add("a person's password", accounts.PASSWORD)
        for secret in await self._stack.view.list("secret"):
            for key, value in (secret.get("data") or {}).items():
                text = base64.b64decode(value).decode(errors="ignore")
                if not key.endswith(".crt"):
                    self.secrets.add(f"{key} of a Secret", text)
        for name, value in find_variables(self._stack, self._known):
            self.secrets.add(f"the variable {name}", value)
        # Folders go while one looks into them.
        with contextlib.suppress(OSError):
            for path in self._stack.folder.glob("node/pods/*/volumes/**/*token*"):
                self.secrets.add("a pod's token", path.read_text())


def complain(problem: str | None) -> None:
    """Raise what is wrong."""
    if problem is not None:
        raise ViolationError(problem)


def of_kind(found: dict[str, Any], kind: str) -> Iterator[str]:
    """The names of one kind."""
    return (name for name in found if name.startswith(f"{kind}/"))


def find_variables(stack: Stack, known: set[int]) -> Iterator[tuple[str, str]]:
    """Variables that hold a secret by their name, of processes that were not looked at yet."""
    for part in stack.parts:
        if not part.is_running:
            continue
        with contextlib.suppress(psutil.NoSuchProcess):
            family = psutil.Process(part.pid).children(recursive=True)
            for process in [psutil.Process(part.pid), *family]:
                if process.pid not in known:
                    known.add(process.pid)
                    yield from find_in_process(process.pid)


def find_in_process(pid: int) -> Iterator[tuple[str, str]]:
    """Those of one process; a path is no secret."""
    with contextlib.suppress(OSError):
        for name, value in read_environment(Path(f"/proc/{pid}/environ").read_bytes()).items():
            if is_secret_variable(name) and not value.startswith("/"):
                yield name, value


async def list_users(stack: Stack) -> list[str]:
    """The names of the hub's users."""
    headers = {"Authorization": f"token {stack.settings['DEMO_CHECK_TOKEN']}"}
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(headers=headers, timeout=timeout) as session,
        session.get(stack.url + "hub/api/users") as answer,
    ):
        if answer.status != 200:
            raise UnansweredError(f"the hub's list of users: {answer.status}")
        return [user["name"] for user in await answer.json()]
