"""What is done once, when the hub starts: settings are checked, and its tasks begin."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Any

from kubernetes_asyncio.config import ConfigException
from kubespawner.clients import load_config, shared_client
from traitlets import TraitError
from traitlets.config import Config

from workshop_spawner.context import HubContext
from workshop_spawner.hub_tasks import (
    garbage,
    hub_identity,
    prestart_api,
    renames,
    settings,
    workshop_store,
)
from workshop_spawner.hub_tasks.background import HubTasks
from workshop_spawner.hub_tasks.hub_lease import HubLease
from workshop_spawner.hub_tasks.pod_template import PodTemplate, make_sample
from workshop_spawner.hub_tasks.service_environment import tell_services
from workshop_spawner.hub_tasks.settings_check import (
    list_problems,
    list_unused,
    list_workshop_problems,
    make_traits,
)
from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules.hub_settings import HubSettings
from workshop_spawner.start.lasting_notes import LastingNotes
from workshop_spawner.visitors import hub_pages, workshop_pages
from workshop_spawner.visitors.hub_objects import StartingHub

# Seconds between two looks at whether the hub has come so far.
PAUSE = 0.05


def follow_hub(ours: type[Any]) -> None:
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


def _look(loop: asyncio.AbstractEventLoop, app: StartingHub, ours: type[Any]) -> None:
    if not issubclass(app.spawner_class, ours):
        return
    if getattr(app, "tornado_application", None) is None:
        loop.call_later(PAUSE, _look, loop, app, ours)
        return
    hub_pages.show_pages(app)
    begin_or_end(app, app.authenticator)
    prestart_api.add_handlers(app)
    context = HubContext.of(app.tornado_settings)
    if context.offers_workshops:
        workshop_pages.add_pages(app)
    hub_id = context.hub_id
    tell_services(app.tornado_settings["services"].values(), hub_id)


def begin_or_end(app: StartingHub, authenticator: object) -> None:
    """Begin; a hub whose settings cannot work ends, with a sentence for each in its log."""
    context = HubContext.of(app.tornado_settings)
    context.hub_id = hub_identity.read_hub_id(app.db)
    try:
        begin(context, app.spawner_class, app.config, authenticator)
    except TraitError as error:
        for sentence in str(error).splitlines():
            app.log.critical("%s", sentence)
        raise SystemExit(1) from None
    except ConfigException as error:
        app.log.critical(
            "The hub knows no way to its cluster. It needs a pod with an account, or a kubeconfig "
            "(KUBECONFIG): %s",
            error,
        )
        raise SystemExit(1) from None
    if context.notes is not None:
        renames.follow(context, app.db, context.notes)


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
    garbage.put_aside()
    make_tasks(context, spawner_class, config, authenticator).begin()


def make_tasks(
    context: HubContext,
    spawner_class: type[settings.SpawnerTraits],
    config: Config,
    authenticator: object = None,
) -> HubTasks:
    """The tasks of a hub whose sessions the class runs."""
    traits = make_traits(spawner_class, config, authenticator)
    for sentence in list_unused(traits, config):
        traits.log.warning("%s", sentence)
    load_config(
        host=traits.k8s_api_host,
        ssl_ca_cert=traits.k8s_api_ssl_ca_cert,
        verify_ssl=traits.k8s_api_verify_ssl,
    )
    client = shared_client("CoreV1Api").api_client
    cluster = settings.open_cluster(context, client, traits)
    read = settings.make_settings(traits)
    find_hub = partial(settings.find_hub, cluster, traits, context.hub_id)
    make = partial(make_sample, spawner_class, config, authenticator, traits.log)
    template = PodTemplate(cluster, read.spec, make)
    tasks = HubTasks(context, cluster, read, find_hub, traits.log, template)
    if traits.workshops:
        check = partial(list_workshop_problems, spawner_class, config, authenticator)
        context.offers_workshops = True
        context.workshops = workshop_store.read_checked(traits.workshops, check)
        tasks.of_workshops = tuple(
            _read_settings(make_traits(spawner_class, config, authenticator), workshop)
            for workshop in context.workshops.values()
        )
        store = workshop_store.WorkshopStore(context, traits.workshops, check, traits.log)
        tasks.add("read its workshops again", store.follow)
    if context.hub_id:
        lease = HubLease(
            cluster,
            traits.namespace,
            traits.application,
            context.hub_id,
            takes_over=traits.take_over,
            log=traits.log,
        )
        context.is_alone = lease.is_decided
        context.notes = LastingNotes(cluster, traits.namespace, traits.application, traits.log)
        tasks.add("hold the name of the workshop", lease.hold)
    return tasks


def _read_settings(traits: Any, workshop: Workshop) -> HubSettings:
    """What the settings say of all sessions of a workshop."""
    workshop_store.overlay(traits, workshop)
    return settings.make_settings(traits)
