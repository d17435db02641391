"""What one more costs where there is much already: users, projects, terminals."""

from __future__ import annotations

import asyncio
import contextlib
import statistics

from kubernetes_asyncio import client, config

from load.browser import open_browser
from load.results import Cost
from load.runs import make_habits
from load.stack import Kind, Stack, open_stack
from load.terminal import Terminal
from load.visit import visit
from load.visitor import Visitor

VISITS = 10
AT_ONCE = 10
KEYS = 50
# As another hub of this cluster would have made them: to be looked at, and left alone.
FOREIGN = {
    "spawner/requestor": "system:serviceaccount:elsewhere:hub",
    "spawner/namespace": "elsewhere",
    "spawner/deployment": "workshop",
}


async def measure_users(numbers: tuple[int, ...]) -> list[Cost]:
    """Starts on a hub that knows so many users who are not there."""
    costs, there = [], 0
    async with open_stack(Kind("users")) as stack:
        for number in numbers:
            names = [f"user-{n:04}" for n in range(there, number)]
            await add_users(stack, names)
            there = number
            costs += await measure_starts(stack, "users", number)
    return costs


async def add_users(stack: Stack, names: list[str]) -> None:
    """Make users by the hub's API, a hundred a request."""
    headers = {"Authorization": f"token {stack.settings['LOAD_TOKEN']}"}
    for begin in range(0, len(names), 100):
        body = {"usernames": names[begin : begin + 100]}
        url = f"{stack.url}hub/api/users"
        async with stack.http.post(url, json=body, headers=headers) as answer:
            answer.raise_for_status()


async def measure_projects(numbers: tuple[int, ...]) -> list[Cost]:
    """Starts in a cluster with so many projects of another hub's sessions."""
    costs, there = [], 0
    async with open_stack(Kind("projects")) as stack:
        for number in numbers:
            await add_projects(stack, range(there, number))
            there = number
            costs += await measure_starts(stack, "projects", number)
    return costs


async def add_projects(stack: Stack, numbers: range) -> None:
    """Make projects that look like a session's, some at once."""
    limit = asyncio.Semaphore(AT_ONCE)
    async with await config.new_client_from_config(str(stack.admin)) as api:
        core = client.CoreV1Api(api)

        async def add(number: int) -> None:
            metadata = client.V1ObjectMeta(
                name=f"elsewhere-{number:04}",
                labels={"app": "workshop", "class": "session", "user": f"user-{number:04}"},
                annotations=FOREIGN,
            )
            async with limit:
                await core.create_namespace(client.V1Namespace(metadata=metadata))

        await asyncio.gather(*map(add, numbers))


async def measure_starts(stack: Stack, what: str, number: int) -> list[Cost]:
    """Some visits one after the other: the median to the prompt, and the hub's time a session."""
    habits = make_habits(stack, number, quick=True)
    await visit(stack.url, habits)
    cpu = stack.read_cpu("hub")
    told = [await visit(stack.url, habits) for _ in range(VISITS)]
    used = stack.read_cpu("hub") - cpu
    prompts = [one.seconds_to_prompt for one in told if one.seconds_to_prompt is not None]
    if not prompts:
        raise RuntimeError(f"with {number} {what} nobody came to a prompt: {told[0].trouble}")
    return [
        Cost(what, number, "time to prompt, median", "s", statistics.median(prompts)),
        Cost(what, number, "hub CPU a session", "ms", used / VISITS * 1000),
        Cost(what, number, "hub memory", "MiB", stack.read_memory("hub")),
    ]


async def measure_terminals(numbers: tuple[int, ...]) -> list[Cost]:
    """One session with so many terminals open: its server's memory, and the echo in the first."""
    costs: list[Cost] = []
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(open_stack(Kind("terminals")))
        browser = await stack.enter_async_context(open_browser(connections=0))
        visitor = Visitor(browser, running.url)
        await visitor.enter()
        terminals: list[Terminal] = []
        for number in numbers:
            while len(terminals) < number:
                opening = visitor.terminal(str(len(terminals) + 1))
                terminals.append(await stack.enter_async_context(opening))
                await terminals[-1].wait_for_prompt()
            echoes = await terminals[0].type_command("echo " + "x" * KEYS, (0.0,) * (KEYS + 5))
            costs += [
                Cost("terminals", number, "echo, median", "ms", statistics.median(echoes) * 1000),
                Cost("terminals", number, "server's memory", "MiB", running.read_memory("pods")),
            ]
    return costs
