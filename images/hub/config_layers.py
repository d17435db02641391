"""The admin's own files win over the image, whatever class they name.

traitlets lets a setting of a subclass win over one of its parents, so that the image's
`c.GenericOAuthenticator.admin_users` would hide an admin's `c.Authenticator.admin_users`.
"""

from copy import deepcopy

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
# Lists of the hub that an admin adds to: entries with a name.
NAMED_LISTS = ("services", "load_roles")


def keep_admins_settings(config: Config, image: Config) -> None:
    """Make `config` (the image's settings and then the admin's) say what the admin said.

    `image` is a deep copy of the settings before the admin's files were read.
    """
    for name, parents in PARENTS.items():
        if name in image:
            yield_to_parents(config[name], image[name], read_parents(config, parents))
    for trait in NAMED_LISTS:
        config.JupyterHub[trait] = join_by_name(image.JupyterHub[trait], config.JupyterHub[trait])
    for name in WITH_LOGIN:
        if name in image and not has_allow_rule(config, (name, *PARENTS[name])):
            config[name].allow_all = True


def read_parents(config: Config, parents: tuple[str, ...]) -> dict[str, object]:
    """What is set on these classes; the nearest wins."""
    said: dict[str, object] = {}
    for parent in reversed(parents):
        if parent in config:
            said |= config[parent]
    return said


def yield_to_parents(settings: Config, ours: Config, said: dict[str, object]) -> None:
    """Drop from a class what the image set and an admin's file set on a parent; join mappings."""
    for trait, value in said.items():
        if trait not in ours or settings[trait] != ours[trait]:
            continue
        if isinstance(value, LazyConfigValue):  # c.Spawner.environment.update(...)
            settings[trait] = value.get_value(deepcopy(ours[trait]))
        elif isinstance(value, dict):
            settings[trait] = {**ours[trait], **value}
        else:
            del settings[trait]


def join_by_name(ours: list[dict[str, object]], theirs: list[dict[str, object]]) -> list[object]:
    """The image's entries that the admin's do not replace by one of the same name, and theirs."""
    names = {entry["name"] for entry in theirs}
    return [*(entry for entry in ours if entry["name"] not in names), *theirs]


def has_allow_rule(config: Config, classes: tuple[str, ...]) -> bool:
    """Whether a file says who may enter, even if it says nobody."""
    return any(
        trait.startswith("allow") for name in classes if name in config for trait in config[name]
    )
