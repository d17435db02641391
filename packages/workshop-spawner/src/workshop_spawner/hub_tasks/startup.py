"""What is done once, when the hub starts: its tasks begin, and what it has loaded is set aside."""

from __future__ import annotations

import gc
from typing import Any

from kubespawner.clients import load_config, shared_client
from traitlets.config import LoggingConfigurable

from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import settings
from workshop_spawner.hub_tasks.background import HubTasks


def begin(context: HubContext, spawner_class: Any, config: Any, authenticator: Any = None) -> None:
    """Begin what runs beside the sessions, once a hub.

    Traits that cannot work raise TraitError here, which ends the hub with the trait's name.
    """
    if context.has_begun:
        return
    context.has_begun = True
    # What a hub has loaded by now stays. Python's garbage collector need not look through all of it
    # again and again in the middle of starts, which holds the loop for 100 ms and more.
    gc.freeze()
    make_tasks(context, spawner_class, config, authenticator).begin()


def make_tasks(
    context: HubContext, spawner_class: Any, config: Any, authenticator: Any = None
) -> HubTasks:
    """The tasks of a hub whose sessions the class runs.

    The traits are read from the configuration as always, but by an instance that has no user, so
    that nothing can take it for somebody's spawner.
    """
    traits = spawner_class.__new__(spawner_class)
    LoggingConfigurable.__init__(traits, config=config)
    traits.authenticator = authenticator  # on which the default budget depends
    load_config(
        host=traits.k8s_api_host,
        ssl_ca_cert=traits.k8s_api_ssl_ca_cert,
        verify_ssl=traits.k8s_api_verify_ssl,
    )
    client = shared_client("CoreV1Api").api_client
    cluster = settings.open_cluster(context, client, traits)
    read = settings.make_settings(traits)
    return HubTasks(context, cluster, read, lambda: settings.find_hub(cluster, traits), traits.log)
