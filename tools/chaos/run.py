"""A run of chaos: `python3 noxfile.py -s chaos -- --seed N --minutes M`.

    --seed N         which faults come when; the same number is the same schedule
    --minutes M      how long it takes; the clean-up at the end may need two more
    --only a,b       only these kinds of fault
    --list           print the schedule, and do nothing
    --folder PATH    make the run's folder in there, not in the machine's for temporary files
    --keep           keep the folder with the logs also after a run in which all was well

Ends with 0 if every invariant held, else with 1, the seed, the steps so far and where the logs are.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import children
from chaos import accounts, foreign
from chaos.cluster_view import UnansweredError
from chaos.effects import Hands
from chaos.parts import ViolationError
from chaos.people import Guest, visit
from chaos.rules import schedule
from chaos.stack import Stack, open_stack
from chaos.watching import Watch

# The last of the time is for the clean-up, and before that a while without new faults.
CLEAN_SECONDS = 40.0
QUIET_SECONDS = 15.0
MOST_GUESTS = 6
LEAVE_SECONDS = 150.0
RECOVER_SECONDS = 90.0


@dataclass
class Course:
    """A run as it goes: when it began, who is there, and what was done."""

    seconds: float
    began: float = field(default_factory=time.monotonic)
    guests: list[Guest] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    logins: accounts.Logins = field(default_factory=accounts.Logins)

    @property
    def now(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began

    def say(self, text: str) -> None:
        """A line of the run."""
        self.lines.append(f"{self.now:7.2f} s  {text}")
        print(self.lines[-1], flush=True)

    def goes_on(self) -> bool:
        """Whether visitors should stay."""
        return self.now < self.seconds


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args(argv)
    args.only = [name for name in args.only.split(",") if name]
    if args.only and (problem := schedule.problem_with_kinds(args.only)):
        parser.error(problem)
    if not 0 < args.minutes <= 24 * 60:
        parser.error("--minutes is more than 0, and a day at most")
    if args.seed is None:
        args.seed = secrets.randbelow(10**6)
    return args


def find_seconds(minutes: float) -> float:
    """For how long visitors come, of a run of so many minutes."""
    return max(minutes * 60 - CLEAN_SECONDS, minutes * 30)


def draw(args: argparse.Namespace) -> tuple[schedule.Step, ...]:
    """The faults of a run."""
    seconds = find_seconds(args.minutes)
    faults = max(seconds - QUIET_SECONDS, seconds / 2)
    return schedule.draw_schedule(args.seed, faults, schedule.pick_kinds(args.only))


def has_logins(steps: tuple[schedule.Step, ...]) -> bool:
    """Whether people with an account come, too."""
    return any(step.kind.name == "stop_oauth" for step in steps)


async def play(args: argparse.Namespace, folder: Path) -> int:
    """One run; its exit code."""
    steps, course = draw(args), Course(find_seconds(args.minutes))
    try:
        async with contextlib.AsyncExitStack() as stack:
            wrong: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            told = tell(wrong)
            running = await stack.enter_async_context(open_stack(folder, told))
            if has_logins(steps):
                await running.accounts.start(told)
            before = await foreign.put_foreign(running.view)
            course.began = time.monotonic()
            for part in running.parts:
                part.say = course.say
            watch = Watch(running, course.guests, before, course.say)
            try:
                await until_wrong(wrong, play_steps(args.seed, steps, running, course, watch))
            except ViolationError as error:
                course.say(f"VIOLATED: {error}")
                raise
        watch.look_at_logs()
    except ViolationError as error:
        return report_violation(args, course, error, folder)
    report(args, course, len(watch.secrets))
    return 0


def tell(wrong: asyncio.Future[None]) -> Callable[[ViolationError], None]:
    """A function for what goes wrong beside the run; the first one counts."""

    def complain(error: ViolationError) -> None:
        if not wrong.done():
            wrong.set_exception(error)

    return complain


async def until_wrong(wrong: asyncio.Future[None], work: Coroutine[Any, Any, None]) -> None:
    """Do the work; ViolationError as soon as somebody complains meanwhile."""
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait({working, wrong}, return_when=asyncio.FIRST_COMPLETED)
        (wrong if wrong.done() else working).result()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def play_steps(
    seed: int, steps: tuple[schedule.Step, ...], stack: Stack, course: Course, watch: Watch
) -> None:
    """Visitors, faults and looks side by side; then everybody leaves, and all is looked at."""
    hands = Hands(stack, lambda: course.guests)
    try:
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(watch.run())
            async with asyncio.TaskGroup() as playing:
                playing.create_task(bring_guests(seed, stack, course))
                if has_logins(steps):
                    playing.create_task(bring_accounts(stack, course))
                for step in steps:
                    playing.create_task(play_step(step, hands, course))
            course.say("everybody has left, and no fault is played any more")
            await wait_up(stack)
            looking.cancel()
    except BaseExceptionGroup as errors:
        raise find_first(errors) from errors
    await watch.look_at_end()
    course.say("nothing is left, and nothing foreign was touched")


async def play_step(step: schedule.Step, hands: Hands, course: Course) -> None:
    """One fault, at its time."""
    await asyncio.sleep(max(step.at - course.now, 0))
    course.say(f"{step.kind.name}: {step.kind.says}")
    try:
        what = await hands.play(step)
    except UnansweredError:
        what = "the API server was away, so it was not done"
    if what or step.seconds:
        course.say(f"{step.kind.name}: {what or 'over'}")


async def bring_guests(seed: int, stack: Stack, course: Course) -> None:
    """Visitors come while it goes on, a few at once; returns when the last has left."""
    places = asyncio.Semaphore(MOST_GUESTS)
    async with asyncio.timeout(course.seconds + LEAVE_SECONDS), asyncio.TaskGroup() as group:
        for number, arrival in enumerate(schedule.draw_arrivals(seed, course.seconds), 1):
            await asyncio.sleep(max(arrival.at - course.now, 0))
            await places.acquire()
            if not course.goes_on():
                break
            guest = Guest(number, arrival.how, arrival.seconds)
            course.guests.append(guest)
            group.create_task(visit(guest, stack.url, course.goes_on)).add_done_callback(
                lambda _: places.release()
            )


async def bring_accounts(stack: Stack, course: Course) -> None:
    """People with accounts log in, one after the other, for as long as it goes on."""
    ca_file = stack.accounts.folder / "ca.crt"
    await accounts.come_and_go(stack.accounts_url, ca_file, course.logins, course.goes_on)
    course.say(f"{course.logins.done} people with an account have logged in")


async def wait_up(stack: Stack) -> None:
    """Wait until all parts are there again."""
    async with asyncio.timeout(RECOVER_SECONDS):
        for part in (stack.api, stack.node, stack.hub):
            await part.is_up.wait()


def find_first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The violation among what went wrong, or else the first of it."""
    for error in errors.exceptions:
        found = find_first(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, ViolationError):
            return found
    return found


def report(args: argparse.Namespace, course: Course, secrets_known: int) -> None:
    """What a run was in which all was well."""
    guests = course.guests
    shown = [line for guest in guests for line in guest.shown] + course.logins.shown
    seen = sorted({line[:160] for line in shown})
    print(f"\nSeed {args.seed}: every invariant held over {course.now:.0f} s.")
    ended = sum(1 for guest in guests if guest.excuse)
    longest, who = max((guest.longest for guest in guests), default=(0.0, ""))
    print(f"{len(guests)} visitors, {ended} of whose sessions a fault has ended;")
    print(f"the longest that one tried anything was {longest:.1f} s: {who[:300]}.")
    print(f"{secrets_known} secrets, none of them in a log.")
    print("What people read in an error:", *(seen or ["nothing"]), sep="\n  ")


def report_violation(
    args: argparse.Namespace, course: Course, error: ViolationError, folder: Path
) -> int:
    """What is wrong, and all that one needs to see it again."""
    only = f" --only {','.join(args.only)}" if args.only else ""
    again = f"python3 noxfile.py -s chaos -- --seed {args.seed} --minutes {args.minutes:g}{only}"
    print(f"\nVIOLATED: {error}", file=sys.stderr)
    print(f"The steps so far are above, logs of all parts in {folder}", file=sys.stderr)
    print(f"Again: {again}", file=sys.stderr, flush=True)
    return 1


async def main(argv: list[str]) -> int:
    """Play, or list the schedule; Ctrl-C ends what was started, too."""
    args = parse_arguments(argv)
    steps = draw(args)
    print(f"Seed {args.seed}, {args.minutes:g} minutes:", flush=True)
    print(*map(schedule.render_step, steps), sep="\n", flush=True)
    if args.list:
        return 0
    folder = Path(tempfile.mkdtemp(prefix="workshop-chaos-", dir=args.folder))
    children.adopt_orphans()
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)  # type: ignore[union-attr]
    code = 1
    try:
        code = await play(args, folder)
    finally:
        children.end_orphans()
        if code == 0 and not args.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return code
