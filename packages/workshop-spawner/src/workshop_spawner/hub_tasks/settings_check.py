"""All settings of the spawner are looked at when the hub starts, whoever logs its people in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from traitlets import HasTraits, TraitError
from traitlets.config import Config, LoggingConfigurable

from workshop_kube.rules import unknown_settings
from workshop_spawner.config import unused_settings
from workshop_spawner.hub_tasks import settings, workshop_store
from workshop_spawner.manifests import resources
from workshop_spawner.model.errors import WorkshopError
from workshop_spawner.model.session import Hub
from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules import overrides, plan, pool_rules, templates
from workshop_spawner.rules.workshops import parameters

# Classes of others whose settings ours reads.
THEIRS = ("KubeSpawner", "Spawner")


def make_traits(spawner_class: Any, config: Config, authenticator: Any) -> Any:
    """The traits as the configuration has them, of an instance without a user.

    So nothing can take it for somebody's spawner. TraitError where a value cannot work.
    """
    traits = spawner_class.__new__(spawner_class)
    LoggingConfigurable.__init__(traits, config=config)
    traits.authenticator = authenticator  # on which the default budget depends
    # JupyterHub's setting, which it gives to each spawner.
    traits.internal_ssl = bool(config.get("JupyterHub", {}).get("internal_ssl"))
    return traits


def list_problems(spawner_class: Any, config: Config, authenticator: Any) -> list[str]:
    """What cannot work, a sentence each with the setting's name."""
    unknown = _list_unknown(spawner_class, config)
    try:
        traits = make_traits(spawner_class, config, authenticator)
        settings.make_settings(traits)
    except (TraitError, ValueError) as error:
        return [*unknown, str(error)]
    found = [*_list_contradictions(traits), *_list_templates(traits), *_list_extras(traits)]
    relied_on = [said for name, said in _list_unused(traits, config) if _is_relied_on(name)]
    check = partial(list_workshop_problems, spawner_class, config, authenticator)
    found += [*relied_on, *_list_overrides(traits, config, authenticator)]
    return [*unknown, *found, *workshop_store.list_problems(traits.workshops, check)]


def list_workshop_problems(
    spawner_class: Any, config: Config, authenticator: Any, workshop: Workshop
) -> list[str]:
    """What cannot work of one workshop's settings, a sentence each with file and line."""
    traits = make_traits(spawner_class, config, authenticator)
    if found := list(workshop_store.find_trait_problems(traits, workshop)):
        return found
    try:
        workshop_store.overlay(traits, workshop)
        settings.make_settings(traits)
    except (TraitError, ValueError) as error:
        return [_locate(workshop, str(error))]
    written = set(workshop.settings)
    found = [*_list_contradictions(traits), *_list_templates(traits)]
    found += _list_extras(traits, parameters.make_sample(workshop))
    found += [said for name, said in _list_unused(traits, config, written) if _is_relied_on(name)]
    return [_locate(workshop, problem) for problem in found]


def _locate(workshop: Workshop, problem: str) -> str:
    """The sentence, after where the first of the workshop's settings that it names is written."""
    named = [name for name in workshop.settings if re.search(rf"\b{name}\b", problem)]
    return f"{workshop.locate(min(named, key=problem.index) if named else 'title')}: {problem}"


def list_unused(traits: Any, config: Config) -> list[str]:
    """What is written in the configuration and does nothing there, a sentence each."""
    return [said for name, said in _list_unused(traits, config) if not _is_relied_on(name)]


def _is_relied_on(name: str) -> bool:
    return name in unused_settings.RELIED_ON


def _list_unused(
    traits: Any, config: Config, more: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """`more` is written beside what the configuration has."""
    if traits.pre_spawn_hook is not None:
        return  # the administrator's own code may change any of them for a session
    known = {name for row in unused_settings.ROWS for name in (*row.names, *row.looks_at)}
    values = {name: getattr(traits, name) for name in known}
    sections = [config[base.__name__] for base in type(traits).__mro__ if base.__name__ in config]
    written = {
        name
        for name in known
        if (name in more or any(name in section for section in sections))
        and values[name] != traits.trait_defaults(name)
    }
    of_some = overrides.list_overrides(traits.profile_list, traits.group_overrides)
    yield from unused_settings.list_unused(values, written, {each.name for each in of_some})


def _list_unknown(spawner_class: Any, config: Config) -> list[str]:
    names = {
        *spawner_class.class_trait_names(config=True),
        *getattr(spawner_class, "_deprecated_traits", ()),
    }
    known = {base.__name__: names for base in spawner_class.__mro__}
    own = (spawner_class.__name__, *THEIRS)
    return unknown_settings.list_unknown(config, known, own)


def _list_contradictions(traits: Any) -> Iterator[str]:
    if traits.project == plan.USER and traits.identity != plan.USER_TOKEN:
        yield (
            'WorkshopSpawner.project = "user" is made with the user\'s own token: it needs '
            'WorkshopSpawner.identity = "user-token".'
        )
    keeps_token = getattr(traits.authenticator, "enable_auth_state", True)
    if traits.identity == plan.USER_TOKEN and not keeps_token:
        yield (
            'WorkshopSpawner.identity = "user-token" needs the token of the login: set '
            "c.Authenticator.enable_auth_state = True, with an authenticator that keeps it."
        )
    if traits.reserved_pods > traits.reserved_sessions:
        yield (
            f"WorkshopSpawner.reserved_pods is {traits.reserved_pods}, of "
            f"WorkshopSpawner.reserved_sessions, which is {traits.reserved_sessions}: each pod "
            "waits in a reserved session. Set that to as many, or more."
        )
    if traits.profile_limits and not callable(traits.profile_list):
        listed = traits._sorted_dict_values(traits.profile_list)
        known = {each.get("slug") for each in traits._get_initialized_profile_list(listed) or []}
        for slug in sorted(set(traits.profile_limits) - known):
            yield (
                f"WorkshopSpawner.profile_limits names {slug!r}, which is no slug of "
                f"WorkshopSpawner.profile_list ({', '.join(sorted(known)) or 'it is empty'})."
            )
    refused = plan.problem_with_requests(traits.application, traits.project)
    if refused and traits.project_api == "request":
        yield refused
    if refused := plan.problem_with_template(traits.project_template, traits.project):
        yield refused
    elif traits.project == plan.USER:
        yield from filter(None, [templates.problem_with_project(traits.project_template)])


def _list_templates(traits: HasTraits) -> Iterator[str]:
    for name in templates.NAMES:
        # Some are of a later KubeSpawner than the lowest that we take.
        for problem in templates.list_problems(name, getattr(traits, name, "")):
            yield f"{type(traits).__name__}.{problem}"


def _list_extras(traits: Any, said: Mapping[str, str] | None = None) -> Iterator[str]:
    """What is wrong with extra resources, as a session that stands for any other has them."""
    source = traits.extra_resources
    if callable(source):
        return
    sample = pool_rules.make_sample(Hub(traits.application, traits.mode, traits.namespace, "hub"))
    try:
        if isinstance(source, str) and source[:1] in ("/", ".") and "\n" not in source:
            source = Path(source).read_text()
        resources.read_extras(source, sample, traits.image_registry, said)
    except WorkshopError as error:
        yield f"WorkshopSpawner.extra_resources: {error.detail}"
    except (OSError, UnicodeDecodeError) as error:
        yield f"WorkshopSpawner.extra_resources: the file cannot be read: {error}"


def _list_overrides(traits: Any, config: Config, authenticator: Any) -> Iterator[str]:
    known = {name for name in dir(type(traits)) if not name.startswith("_")}
    for override in overrides.list_overrides(traits.profile_list, traits.group_overrides):
        if problem := overrides.problem_with_name(override, known):
            yield f"WorkshopSpawner.{problem}"
            continue
        for text in templates.list_problems(override.name, override.value):
            yield f"WorkshopSpawner.{override.place}: {text}"
        if isinstance(override.value, Mapping) or callable(override.value):
            continue  # a mapping is merged into the one that is there
        try:
            setattr(make_traits(type(traits), config, authenticator), override.name, override.value)
        except TraitError as error:
            yield f"WorkshopSpawner.{override.place}: {error}"
