"""What a session's image and workshop want done before the first shell.

As in the original images: shell fragments in `profile.d` and `envvars/` set variables for
every shell; `.workshop/setup` runs once a start, with its output in a log that the person can read.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

# In this order; later ones win. Below the image's own tree and the workshop's.
FRAGMENTS = ("etc/profile.d/*.sh", "etc/envvars/*.sh")
NAMED = ("envvars/terminal.sh", "envvars/workshop.sh", "envvars/gateway.sh")
# A program that is run at each start, before the workshop's own set-up.
INIT = "etc/init.d/rc.local"
MOTD = "etc/motd"
LARGEST_MOTD = 64 * 1024
COLLECT_SECONDS = 10.0
SETUP_SECONDS = 900.0


def find_fragments(roots: Iterable[Path]) -> list[Path]:
    """Find the files to source, in order: those of the first root first."""
    found: list[Path] = []
    for root in roots:
        for pattern in FRAGMENTS:
            found += sorted(root.glob(pattern))
        found += [root / name for name in NAMED if (root / name).is_file()]
    return found


def find_profile(roots: Iterable[Path]) -> list[Path]:
    """Find what interactive shells read once more: functions and aliases are not inherited."""
    return [path for root in roots for path in sorted(root.glob(FRAGMENTS[0]))]


def find_init(roots: Iterable[Path]) -> list[Path]:
    """Find the programs of `INIT`; one that nobody may run is said, and left out."""
    found = [path for root in roots if (path := root / INIT).is_file()]
    for path in found:
        if not is_program(path):
            log.warning("%s is not run, as it is no program: chmod +x it", path)
    return [path for path in found if is_program(path)]


def find_motd(roots: Sequence[Path]) -> str:
    """Return the message of the day: that of the last root that has one, so the workshop's wins."""
    for root in reversed(roots):
        try:
            with (root / MOTD).open("rb") as file:
                return file.read(LARGEST_MOTD).decode("utf-8", "replace")
        except OSError:
            continue
    return ""


def make_greeting(motd: str, state: str, logfile: str) -> bytes:
    """Make what a new terminal shows first. `state` is that of the set-up."""
    lines = motd.splitlines()
    if state == "running":
        lines.append(f"The workshop is being set up. To watch: tail -f {logfile}")
    elif state == "failed":
        lines.append(f"The workshop's set-up has failed. What it said: cat {logfile}")
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def parse_variables(dump: bytes) -> dict[str, str]:
    """Parse what `env -0` printed."""
    pairs = (entry.decode("utf-8", "replace").partition("=") for entry in dump.split(b"\0"))
    return {name: value for name, found, value in pairs if found and name}


def collect_variables(fragments: Sequence[Path], env: Mapping[str, str]) -> dict[str, str]:
    """Source the fragments and return the environment they leave; a broken one changes nothing.

    Called at start, before the port is open: it may block.
    """
    if not fragments:
        return dict(env)
    script = 'for f in "$@"; do . "$f" >&2; done; exec env -0'
    command = ["/bin/sh", "-c", script, "collect", *map(str, fragments)]
    try:
        done = subprocess.run(  # noqa: S603 - the image's own files
            command, env=dict(env), capture_output=True, timeout=COLLECT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.error("The variables of %s are left out: %s", ", ".join(map(str, fragments)), error)
        return dict(env)
    found = parse_variables(done.stdout)
    return {name: value for name, value in found.items() if name not in {"_", "SHLVL", "PWD"}}


def is_program(path: Path) -> bool:
    """Tell whether this is a file that can be run."""
    return path.is_file() and os.access(path, os.X_OK)


class Greeter:
    """Tells new shells the message of the day and how the workshop's set-up goes."""

    def __init__(self, roots: Sequence[Path], cwd: Path) -> None:
        self.roots = roots
        self.cwd = cwd
        self.state = ""
        self.logfile = ""

    def greet(self) -> bytes:
        """Return what a new terminal shows first; read each time, as a set-up may write it."""
        return make_greeting(find_motd(self.roots), self.state, self.logfile)

    async def set_up(
        self,
        script: Path,
        env: Mapping[str, str],
        logfile: Path,
        notify: Callable[[str], None],
    ) -> None:
        """Run the workshop's set-up, and notify the pages that are open when it has ended."""
        if not is_program(script):
            return
        self.state, self.logfile = "running", str(logfile)
        code = await run_setup(script, env, str(self.cwd), logfile)
        self.state = "failed" if code else ""
        if code:
            notify(f"The workshop's set-up has failed ({code}). What it said: {logfile}")
        else:
            notify("The workshop is set up.")


async def run_setup(script: Path, env: Mapping[str, str], cwd: str, logfile: Path) -> int | None:
    """Run a workshop's set-up once, if there is one; returns its exit code, None without one.

    Its output goes to `logfile`. Shells do not wait for it; it is ended after a quarter of an hour.
    """
    if not is_program(script):
        return None
    try:
        code = await _run(script, env, cwd, logfile)
    except (OSError, TimeoutError) as error:
        log.error("The workshop's set-up did not run to its end: %s", error or "too slow")
        return -1
    level = logging.INFO if code == 0 else logging.ERROR
    log.log(level, "The workshop's set-up ended with %d; its output is in %s", code, logfile)
    return code


async def _run(script: Path, env: Mapping[str, str], cwd: str, logfile: Path) -> int:
    with logfile.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            str(script),
            cwd=cwd,
            env=dict(env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            return await asyncio.wait_for(process.wait(), SETUP_SECONDS)
        except TimeoutError:
            output.write(f"\nEnded: it took longer than {SETUP_SECONDS:.0f} s.\n".encode())
            raise
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()  # or it stays a zombie
