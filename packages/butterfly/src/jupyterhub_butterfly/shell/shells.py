"""What all shells of this server start with: command, environment, folder, greeting.

Made before the port is open: it may block.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Mapping
from pathlib import Path

from jupyterhub_butterfly import config
from jupyterhub_butterfly.rules import bashrc, environment
from jupyterhub_butterfly.shell import kubeconfig, runtime, startup, toollinks
from jupyterhub_butterfly.terminal import sessions


def find_home(environ: Mapping[str, str]) -> str:
    """Return the home folder: HOME, else that of the account, else the current one."""
    if home := environ.get("HOME"):
        return home
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return str(Path.cwd())


def find_user(environ: Mapping[str, str]) -> str:
    """Return the account's name, for USER; an arbitrary UID has none and gets the hub's."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return environ.get("USER") or environ.get("JUPYTERHUB_USER") or "default"


class Shells:
    """The shells' surroundings, made once a start."""

    def __init__(self, traits: config.ButterflyOptions, environ: Mapping[str, str]) -> None:
        self.traits = traits
        self.environ = environ
        self.home = find_home(environ)
        self.cwd = traits.home or environ.get("TERMINAL_HOME") or self.home
        self.roots = [Path(root) for root in traits.roots]
        self.greeter = startup.Greeter(self.roots, Path(self.cwd))
        self.runtime = runtime.make_runtime()
        self.env = self.make_environment()
        self.tools: toollinks.Found = {}
        if self.runtime is not None:
            self._fill(self.runtime)

    def make_environment(self) -> dict[str, str]:
        """The environment: inherited, sourced from the image, and what must be ours."""
        names = {
            "home": self.home,
            "user": find_user(self.environ),
            "shell": self.traits.shell[0],
        }
        extra = {}
        if path := kubeconfig.ensure_kubeconfig(self.environ, self.home):
            extra["KUBECONFIG"] = path
        inherited = environment.make_environment(self.environ, **names, extra=extra)
        fragments = startup.find_fragments(self.roots)
        sourced = startup.collect_variables(fragments, inherited)
        if self.runtime is not None:
            extra["TERMINAL_SOCKET"] = str(self.runtime.socket)
            extra["PATH"] = runtime.make_path(self.runtime.bin, sourced.get("PATH", ""))
        return environment.make_environment(sourced, **names, extra=extra)

    def _fill(self, made: runtime.Runtime) -> None:
        prompt = self.env.get("PS1") or bashrc.make_prompt(self.environ.get("JUPYTERHUB_USER", ""))
        fragments = startup.find_profile(self.roots)
        made.bashrc.write_text(bashrc.make_bashrc(prompt, fragments))
        path = self.env.get("PATH", "").split(":", 1)[-1]  # without our own folder
        self.tools = toollinks.find_tools(toollinks.find_folders(path, self.traits.roots))
        toollinks.link_tools(made, self.tools, None, self.env)

    def make_policy(self) -> sessions.Policy:
        """What all sessions have in common."""
        argv = list(self.traits.shell)
        if self.runtime is not None:
            argv = bashrc.make_argv(argv, str(self.runtime.bashrc))
        return sessions.Policy(
            argv=tuple(argv),
            env=self.env,
            cwd=self.cwd,
            max_sessions=self.traits.max_sessions,
            idle_seconds=self.traits.session_idle_seconds,
            history_bytes=self.traits.history_bytes,
            resize=self.traits.resize,
            allow_escapes=self.traits.allow_escapes,
            greet=self.greeter.greet,
        )

    async def set_up(self, notify: Callable[[str], None]) -> None:
        """Run the image's and the workshop's own set-up, once, while shells run.

        `notify` reaches open pages. What the first leaves running goes on.
        """
        folder = Path(self.cwd) / ".workshop"
        for script in startup.find_init(self.roots):
            folder.mkdir(exist_ok=True)
            logfile = folder / "rc.local.log"
            if await startup.run_setup(script, self.env, self.cwd, logfile):
                notify(f"{script} has failed. What it said: {logfile}")
        await self.greeter.set_up(folder / "setup", self.env, folder / "setup.log", notify)

    async def choose_tools(self) -> None:
        """Have the shells find the `oc` and `kubectl` that fit the cluster."""
        if self.runtime is not None:
            await toollinks.follow_cluster(self.runtime, self.tools, self.environ)

    def remove(self) -> None:
        """Remove what was made for the shells."""
        if self.runtime is not None:
            self.runtime.remove()
