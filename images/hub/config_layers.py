"""The admin's own files win over the image, whatever class they name; the later over the earlier.

traitlets lets a setting of a subclass win over one of its parents, so that the image's
`c.GenericOAuthenticator.admin_users` would hide an admin's `c.Authenticator.admin_users`.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

# The classes that the image configures, and their configurable parents, nearest first.
PARENTS = {
    "AnonymousAuthenticator": ("Authenticator",),
    "GenericOAuthenticator": ("OAuthenticator", "Authenticator"),
    "OpenShiftAuthenticator": ("OAuthenticator", "Authenticator"),
    "WorkshopSpawner": ("KubeSpawner", "Spawner"),
}
# Classes with accounts of somebody else's: without a rule of the admin's, all of them may enter.
WITH_LOGIN = ("GenericOAuthenticator", "OpenShiftAuthenticator")
# What says who may enter, in JupyterHub's words of today and of before; not allow_named_servers.
ALLOW_RULE = re.compile(r"allow_all|allow_existing_users|allowed_.+|(.+_)?whitelist")
# Lists of the hub that an admin adds to: entries with a name.
NAMED_LISTS = ("services", "load_roles")
# KubeSpawner's names of before for what the image sets; it still hears them.
RENAMED = {"singleuser_image_spec": "image", "image_spec": "image"}
# What a login by OpenID Connect cannot do without, and the variable that gives it.
NEEDED = {
    "client_id": "OAUTH_CLIENT_ID",
    "client_secret": "OAUTH_CLIENT_SECRET or OAUTH_SECRET_FILE",
    "authorize_url": "KEYCLOAK_REALM_URL or OAUTH2_AUTHORIZE_URL",
    "token_url": "KEYCLOAK_REALM_URL or OAUTH2_TOKEN_URL",
    "userdata_url": "KEYCLOAK_REALM_URL or OAUTH2_USERDATA_URL",
}


@dataclass(frozen=True)
class Layer:
    """The settings before a file was read, and what was put there only to be changed by it."""

    before: Config
    seeded: tuple[tuple[str, str], ...]


def open_layer(config: Config) -> Layer:
    """Let a file change the image's mappings by any class: `c.Spawner.environment["A"] = "1"`."""
    seeded = []
    for name, parents in PARENTS.items():
        for trait, value in config.get(name, {}).items():
            for parent in parents if isinstance(value, dict) else ():
                if parent not in config or trait not in config[parent]:
                    config[parent][trait] = deepcopy(value)
                    seeded.append((parent, trait))
    return Layer(deepcopy(config), tuple(seeded))


def close_layer(config: Config, layer: Layer) -> None:
    """Make what a file has set win over all that was set before, on nearer classes too."""
    for name, parents in PARENTS.items():
        if name in layer.before:
            settle_chain(config, layer.before, (name, *parents))
    for parent, trait in layer.seeded:
        if config[parent].get(trait) == layer.before[parent][trait]:
            config[parent].pop(trait, None)
    for name in {parent for parent, _ in layer.seeded}:
        if not config[name]:
            del config[name]


def run_file(file: Path, names: dict[str, Any]) -> None:
    """Run an admin's file; SystemExit with its line and its trouble, without our own lines."""
    try:
        exec(compile(file.read_text(), file, "exec"), {**names, "__file__": str(file)})  # noqa: S102
    except SyntaxError as error:
        raise SystemExit(render_trouble(file, error.lineno, error, error.msg)) from None
    except Exception as error:  # noqa: BLE001 - the file is somebody else's
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(file)]
        raise SystemExit(render_trouble(file, (lines or [0])[-1], error, str(error))) from None


def render_trouble(file: Path, line: int | None, error: Exception, message: str) -> str:
    """What was wrong in an admin's file, in one sentence."""
    what = f"{type(error).__name__}: {message}"
    return f"{file}, line {line}: {what}. The hub cannot start with it."


def settle_chain(config: Config, before: Config, chain: tuple[str, ...]) -> None:
    """For one class and its parents, nearest first."""
    earlier = {
        (name, trait): value
        for name in chain
        if name in before and name in config
        for trait, value in before[name].items()
        if is_same(config[name].get(trait), value)
    }
    for place in range(len(chain) - 1, 0, -1):
        for trait, value in list_changes(config, before, chain[place]):
            for name in chain[:place]:
                if (name, trait) in earlier and trait in config[name]:
                    yield_to(config[name], trait, value)


def list_changes(config: Config, before: Config, name: str) -> Iterator[tuple[str, Any]]:
    """What a file has set on a class. What it adds to, by LazyConfigValue, comes at the end."""
    known = before.get(name, {})
    for trait, value in list(config.get(name, {}).items()):
        changed = trait not in known or not is_same(known[trait], value)
        if changed and not isinstance(value, LazyConfigValue):
            yield RENAMED.get(trait, trait), value


def is_same(one: object, other: object) -> bool:
    """Whether two values are equal, or the same additions to whatever is there."""
    if isinstance(one, LazyConfigValue) and isinstance(other, LazyConfigValue):
        return bool(one.to_dict() == other.to_dict())
    return one == other


def yield_to(settings: Config, trait: str, value: Any) -> None:
    """Drop a setting for one of a parent class; join mappings, and lists of entries with a name."""
    ours = settings[trait]
    if isinstance(value, dict) and isinstance(ours, dict):
        settings[trait] = {**ours, **value}
    elif has_names(ours) and isinstance(value, dict):
        settings[trait] = {**{entry["name"]: entry for entry in ours}, **value}
    elif has_names(ours) and has_names(value):
        settings[trait] = join_by_name(ours, value)
    else:
        del settings[trait]


def has_names(value: object) -> bool:
    """Whether it is a list of entries with a name."""
    return isinstance(value, list) and all(isinstance(one, dict) and "name" in one for one in value)


def keep_admins_settings(config: Config, image: Config) -> None:
    """Once all files are read: add what they add to, and decide who may enter.

    `image` is a deep copy of the settings before the admin's files were read.
    """
    for name, parents in PARENTS.items():
        for parent in reversed(parents) if name in image else ():
            add_to(config[name], config.get(parent, {}))
    follow_hub_address(config, image)
    for trait in NAMED_LISTS:
        config.JupyterHub[trait] = join_by_name(image.JupyterHub[trait], config.JupyterHub[trait])
    for name in WITH_LOGIN:
        if name in image and not has_allow_rule(config):
            config[name].allow_all = True


def follow_hub_address(config: Config, image: Config) -> None:
    """Send sessions where a file says that the hub is, unless it was said for them."""
    hub, sessions = config.JupyterHub, config.WorkshopSpawner
    moved = hub.get("hub_connect_url") != image.JupyterHub.hub_connect_url
    ours = sessions.get("hub_connect_url") == image.WorkshopSpawner.hub_connect_url
    if ours and (moved or "hub_connect_ip" in hub):
        del sessions.hub_connect_url


def add_to(settings: Config, said: Config) -> None:
    """Add to a class what a file adds on a parent: `c.Authenticator.admin_users.add("ann")`."""
    for trait, value in said.items():
        if isinstance(value, LazyConfigValue) and trait in settings:
            settings[trait] = value.get_value(deepcopy(settings[trait]))


def join_by_name(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The image's entries that the admin's do not replace by one of the same name, and theirs."""
    names = {entry["name"] for entry in theirs}
    return [*(entry for entry in ours if entry["name"] not in names), *theirs]


def has_allow_rule(config: Config) -> bool:
    """Whether anything says who may enter, even if it says nobody, and on whatever class."""
    return any(
        ALLOW_RULE.fullmatch(trait)
        for section in config.values()
        if isinstance(section, Config)
        for trait in section
    )


def problem_with_login(config: Config) -> str | None:
    """What a login by OpenID Connect lacks, once all files are read; None if it is complete."""
    if config.JupyterHub.authenticator_class != "generic-oauth":
        return None
    said = read_login(config, "GenericOAuthenticator")
    missing = [variable for trait, variable in NEEDED.items() if trait not in said]
    if not missing:
        return None
    return (
        f"Nobody could log in: set {', '.join(dict.fromkeys(missing))}. "
        "For example: KEYCLOAK_REALM_URL=https://keycloak.example.com/realms/workshop"
    )


def problem_with_image(config: Config) -> str | None:
    """Why no session could start, once all files are read; None where an image is named.

    There is none that every cluster finds: KubeSpawner's own is no terminal.
    """
    if config.JupyterHub.spawner_class != "workshop":
        return None  # an admin's own, with its own rules
    names = {"image", "profile_list", "pre_spawn_hook", "modify_pod_hook", *RENAMED}
    sections = ("WorkshopSpawner", *PARENTS["WorkshopSpawner"])
    if any(config[name].get(trait) for name in sections if name in config for trait in names):
        return None
    return (
        "No session could start: no image is named. Set WORKSHOP_IMAGE, or c.KubeSpawner.image. "
        "For example: WORKSHOP_IMAGE=registry.example.com/workshop-dashboard:0.1.0"
    )


def problem_with_secret(config: Config) -> str | None:
    """Why OpenShift would not know the hub as its client; None if the secret is there.

    Asked where a hub starts: what is mounted cannot be seen elsewhere.
    """
    if config.JupyterHub.authenticator_class != "openshift-cluster":
        return None
    said = read_login(config, "OpenShiftAuthenticator")
    file = str(said.get("client_secret_file", ""))
    is_account = str(said.get("client_id", "")).startswith("system:serviceaccount:")
    if is_account or said.get("client_secret") or os.access(file, os.R_OK):
        return None
    return (
        f"Nobody could log in: {file} cannot be read. Mount the secret of the OAuthClient "
        f"{said.get('client_id')} there, or set OAUTH_SECRET_FILE or OAUTH_CLIENT_SECRET."
    )


def read_login(config: Config, name: str) -> dict[str, Any]:
    """What is set on an authenticator, its own class last, less what is empty."""
    said: dict[str, Any] = {}
    for section in (*reversed(PARENTS[name]), name):
        said |= {trait: value for trait, value in config.get(section, {}).items() if value}
    return said
