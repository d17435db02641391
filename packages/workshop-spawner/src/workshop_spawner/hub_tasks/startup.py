"""What is done once, when the hub starts: settings are checked, and its tasks begin."""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import Any

from kubespawner.clients import load_config, shared_client
from traitlets import TraitError
from traitlets.config import Config

from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import settings
from workshop_spawner.hub_tasks.background import HubTasks
from workshop_spawner.hub_tasks.settings_check import list_problems, make_traits

# Seconds between two looks at whether the hub has come so far.
PAUSE = 0.05


def follow_hub(ours: type) -> None:
    """Begin with the hub that is just looking up the class `ours`, where there is one.

    JupyterHub makes a spawner with the first user only and asks its class nothing before, so that
    whatever is wrong would be found by the first attendee. A hub that starts looks the class up
    while its event loop runs.
    """
    module = sys.modules.get("jupyterhub.app")
    if module is None or not module.JupyterHub.initialized():
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    loop.call_soon(_look, loop, module.JupyterHub.instance(), ours)


def _look(loop: asyncio.AbstractEventLoop, app: Any, ours: type) -> None:
    if not issubclass(app.spawner_class, ours):
        return
    if "hub" not in app.tornado_settings:
        loop.call_later(PAUSE, _look, loop, app, ours)
        return
    begin_or_end(
        HubContext.of(app.tornado_settings), app.spawner_class, app.config, app.authenticator, app
    )


def begin_or_end(
    context: HubContext, spawner_class: Any, config: Any, authenticator: Any, app: Any
) -> None:
    """Begin; a hub whose settings cannot work ends, with a sentence for each in its log."""
    try:
        begin(context, spawner_class, config, authenticator)
    except TraitError as error:
        for sentence in str(error).splitlines():
            app.log.critical("%s", sentence)
        raise SystemExit(1) from None


def begin(
    context: HubContext,
    spawner_class: type[settings.SpawnerTraits],
    config: Config,
    authenticator: object = None,
) -> None:
    """Begin what runs beside the sessions, once a hub.

    Settings that cannot work raise TraitError, with a line for each.
    """
    if context.has_begun:
        return
    if problems := list_problems(spawner_class, config, authenticator):
        raise TraitError("\n".join(problem.replace("\n", " ") for problem in problems))
    context.has_begun = True
    # What a hub has loaded by now stays. Python's garbage collector need not look through all of it
    # again and again in the middle of starts, which holds the loop for 100 ms and more.
    gc.freeze()
    make_tasks(context, spawner_class, config, authenticator).begin()


def make_tasks(
    context: HubContext,
    spawner_class: type[settings.SpawnerTraits],
    config: Config,
    authenticator: object = None,
) -> HubTasks:
    """The tasks of a hub whose sessions the class runs."""
    traits = make_traits(spawner_class, config, authenticator)
    load_config(
        host=traits.k8s_api_host,
        ssl_ca_cert=traits.k8s_api_ssl_ca_cert,
        verify_ssl=traits.k8s_api_verify_ssl,
    )
    client = shared_client("CoreV1Api").api_client
    cluster = settings.open_cluster(context, client, traits)
    read = settings.make_settings(traits)
    return HubTasks(context, cluster, read, lambda: settings.find_hub(cluster, traits), traits.log)
