"""How the text of an environment variable becomes a value: one function for each kind of value.

Each takes the text, stripped and not empty, and raises ValueError with what was expected, in words
that go on after "use".
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
import shlex
import string
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|[MGTPE]|[KMGTPE]i)?")
UNITS = {"": 1, "m": 1e-3} | {
    unit + suffix: (1024 if suffix else 1000) ** power
    for suffix in ("", "i")
    for power, unit in enumerate(("k" if not suffix else "K", "M", "G", "T", "P", "E"), start=1)
}
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
ROLE_NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9_.:]*")
VARIABLE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
# What KubeSpawner fills in, less what makes no name of a project.
FIELDS = ("username", "unescaped_username", "escaped_username", "userid", "user_server")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SHORTEST_CODE, LONGEST_CODE = 8, 64  # as JupyterHub takes tokens
MOST_PORTS = 20
LONGEST_ACCESS_CODE = 200  # as AnonymousAuthenticator has it


def parse_switch(text: str) -> bool:
    """On or off."""
    word = text.lower()
    if word not in TRUE + FALSE:
        raise ValueError("true or false")
    return word in TRUE


def parse_seconds(text: str) -> int:
    """A time."""
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError("a whole number of seconds, 0 for none")
    return int(text)


def parse_count(text: str) -> int:
    """How many of something."""
    if not re.fullmatch(r"\d{1,6}", text):
        raise ValueError("a whole number, 0 or more")
    return int(text)


def parse_quantity(text: str) -> str:
    """An amount of memory or storage, as Kubernetes writes it."""
    found = QUANTITY.fullmatch(text)
    if not found or found[2] == "m" or float(found[1]) == 0:
        raise ValueError("an amount as Kubernetes writes it, such as 512Mi or 2Gi")
    return text


def parse_memory(text: str) -> str | int:
    """A limit of memory as JupyterHub takes it, whose `G` is Kubernetes' `Gi`; else bytes."""
    parse_quantity(text)
    number = text.rstrip("kKMGTPEi")
    unit = text.removeprefix(number)
    if unit in ("Ki", "Mi", "Gi", "Ti"):
        return text.removesuffix("i")
    return int(float(number) * UNITS[unit])


def parse_cpu(text: str) -> float:
    """A number of CPUs, whole or in thousandths (`500m`)."""
    found = QUANTITY.fullmatch(text)
    if not found or found[2] not in (None, "m") or float(found[1]) == 0:
        raise ValueError("a number of CPUs such as 0.5, or thousandths such as 500m")
    return float(found[1]) * UNITS[found[2] or ""]


def parse_label(text: str) -> str:
    """A name, or the beginning of one, of objects in the cluster."""
    if not LABEL.fullmatch(text):
        raise ValueError("a-z, 0-9 and inner hyphens")
    return text


def parse_image(text: str) -> str:
    """The name of an image."""
    if not re.fullmatch(r"[a-zA-Z0-9]([-\w.:/@]*[a-zA-Z0-9])?", text) or "//" in text:
        raise ValueError("the name of an image, such as registry.example.com/intro:3")
    return text


def parse_word(text: str) -> str:
    """A name in some other program, such as a client or a claim."""
    if re.search(r"\s", text):
        raise ValueError("a name without spaces")
    return text


def parse_database_name(text: str) -> str:
    """The name of a database or of its user."""
    if not re.fullmatch(r"[A-Za-z_][-\w]{0,62}", text):
        raise ValueError("a letter, then letters, digits, _ and -")
    return text


def parse_prefix(text: str) -> str:
    """What names of objects begin with: it may end in a hyphen."""
    if not re.fullmatch(r"[a-z][-a-z0-9]*", text):
        raise ValueError("a letter, then a-z, 0-9 and hyphens")
    return text


def parse_object_name(text: str) -> str:
    """The name of a ConfigMap, Secret or the like."""
    if not OBJECT_NAME.fullmatch(text):
        raise ValueError("the name of an object: a-z, 0-9, inner dots and hyphens")
    return text


def parse_role(text: str) -> str:
    """The name of a ClusterRole."""
    if not ROLE_NAME.fullmatch(text):
        raise ValueError("the name of a ClusterRole")
    return text


def parse_ports(text: str) -> tuple[int, ...]:
    """Ports, between commas or spaces."""
    words = split_words(text)
    wrong = [word for word in words if not word.isdigit() or not 1 <= int(word) <= 65535]
    if wrong or len(words) > MOST_PORTS:
        raise ValueError(f"up to {MOST_PORTS} ports from 1 to 65535, between commas")
    return tuple(dict.fromkeys(map(int, words)))


def parse_names(text: str) -> frozenset[str]:
    """Names of users, between spaces, commas or lines."""
    names = split_words(text)
    if any(set(name) & set("/'\"{}[]") for name in names):
        raise ValueError("names of users, between spaces")
    return frozenset(names)


def parse_networks(text: str) -> tuple[str, ...]:
    """Addresses and networks, between commas or spaces."""
    words = split_words(text)
    for word in words:
        try:
            network = ipaddress.ip_network(word)
        except ValueError:
            raise ValueError("addresses or networks such as 192.0.2.0/28, between commas") from None
        if network.prefixlen == 0:
            raise ValueError("the addresses of your routers: that network is the whole world")
    return tuple(words)


def parse_url(text: str) -> str:
    """Where something is found by a browser or a session."""
    parts = split_url(text)
    if parts is None or not parts[0] or parts[0] not in ("http", "https"):
        raise ValueError("an address that begins with https://")
    return text


def parse_safe_url(text: str) -> str:
    """Where secrets go: TLS, but on this machine."""
    parts = split_url(text)
    if parts is None or not (parts[0] == "https" or (parts[0] == "http" and parts[1] in LOOPBACK)):
        raise ValueError("an address that begins with https://")
    return text.rstrip("/")


def split_url(text: str) -> tuple[str, str] | None:
    """Scheme and host; None where it is no URL."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    return (parts.scheme, host) if host and not re.search(r"\s", text) else None


def parse_host(text: str) -> str:
    """A domain."""
    name = text.rstrip(".").lower()
    if not all(LABEL.fullmatch(part) and len(part) <= 63 for part in name.split(".")):
        raise ValueError("a host name, without https:// and path")
    return name


def parse_template(text: str) -> str:
    """The name of a project, with what is filled in for a user."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        parts = [(text, "", "", "")]
    fields = [field for _, field, _, _ in parts if field is not None]
    fixed = "".join(literal for literal, *_ in parts)
    if not set(fields) <= set(FIELDS) or not re.fullmatch(r"[-a-z0-9]*", fixed):
        raise ValueError(f"a name of a-z, 0-9, hyphens and one of {{{'}, {'.join(FIELDS)}}}")
    if not fields:
        raise ValueError("a name with {username} in it: else all users would share one project")
    return text


def parse_file_name(text: str) -> str:
    """A file within a workshop's content."""
    if text.startswith("/") or ".." in text.split("/") or "\0" in text:
        raise ValueError("the name of a file within the workshop's content")
    return text


def parse_path(text: str) -> Path:
    """A file or folder of the hub's container."""
    if not text.startswith("/"):
        raise ValueError("an absolute path")
    return Path(text)


def parse_version(text: str) -> str:
    """A version of a program."""
    if not re.fullmatch(r"v?\d+(\.\d+)*[-+.\w]*", text):
        raise ValueError("a version such as 4.20")
    return text


def parse_code(text: str) -> str:
    """A secret that opens the hub's API."""
    if not SHORTEST_CODE <= len(text) <= LONGEST_CODE:
        raise ValueError(f"{SHORTEST_CODE} to {LONGEST_CODE} characters that nobody guesses")
    return text


def parse_access_code(text: str) -> str:
    """What people type to come in."""
    if len(text) > LONGEST_ACCESS_CODE or not text.isprintable():
        raise ValueError(f"at most {LONGEST_ACCESS_CODE} characters that can be typed")
    return text


def parse_crypt_keys(text: str) -> str:
    """Keys as JupyterHub reads them, between semicolons."""
    if not all(is_crypt_key(key) for key in text.split(";")):
        raise ValueError("64 hexadecimal digits, as `openssl rand -hex 32` prints them")
    return text


def is_crypt_key(key: str) -> bool:
    """Whether it is 32 bytes: as they are, or written as hexadecimal digits or as base64."""
    try:
        if len(key) == 64:
            return len(bytes.fromhex(key)) == 32
        return len(key) == 32 or len(base64.b64decode(key, b"-_", validate=True)) == 32
    except ValueError:
        return False


def parse_secret_bytes(text: str) -> bytes:
    """Hexadecimal digits."""
    if not re.fullmatch(r"([0-9a-fA-F]{2}){16,64}", text):
        raise ValueError("at least 32 hexadecimal digits, as `openssl rand -hex 32` prints them")
    return bytes.fromhex(text)


def parse_database_host(text: str) -> tuple[str, int]:
    """Host and port of a database server."""
    host, _, port = text.partition(":")
    if not re.fullmatch(r"\d{1,5}", port or "5432") or not re.fullmatch(r"[-\w.]+", host):
        raise ValueError("a host, or a host and a port such as database:5432")
    return host, int(port or 5432)


def parse_rules(text: str) -> str | bool:
    """Whether there are rules of RBAC (a list in JSON or YAML); or the name of a ClusterRole."""
    wanted = 'rules of RBAC in JSON, such as [{"apiGroups": [""], "resources": ["pods"], "verbs":'
    wanted += ' ["get"]}], or the name of a ClusterRole'
    try:
        rules = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ValueError(wanted) from None
    if isinstance(rules, str) and ROLE_NAME.fullmatch(rules):
        return rules
    if not isinstance(rules, list) or not all(is_rule(rule) for rule in rules):
        raise ValueError(wanted)
    return bool(rules)


def is_rule(rule: Any) -> bool:
    """Whether it is what a ClusterRole has in `rules`."""
    lists = ("apiGroups", "resources", "verbs", "resourceNames", "nonResourceURLs")
    if not isinstance(rule, dict) or not rule.get("verbs") or not set(rule) <= set(lists):
        return False
    words = [word for name in lists for word in (rule.get(name) or [])]
    return all(isinstance(word, str) for word in words) and bool(
        rule.get("resources") or rule.get("nonResourceURLs")
    )


def parse_schedule(text: str) -> tuple[str, ...]:
    """Windows of time, a line each or between semicolons; WorkshopSpawner reads them."""
    return tuple(line for each in text.replace("\n", ";").split(";") if (line := each.strip()))


def parse_resources(text: str) -> str:
    """Objects in YAML or JSON, or the path of a file with such text; checked, and kept as text."""
    wanted = "objects in YAML or JSON, each with apiVersion and kind, or the path of a file of them"
    if is_path(text):
        try:
            check_objects(Path(text).read_text())
        except OSError as error:
            raise ValueError(f"a file that can be read ({error.strerror})") from None
        except (ValueError, yaml.YAMLError):
            raise ValueError(wanted) from None
        return text
    try:
        check_objects(text)
    except (ValueError, yaml.YAMLError):
        raise ValueError(wanted) from None
    return text


def is_path(text: str) -> bool:
    """Whether a setting names a file, as WorkshopSpawner.extra_resources reads it."""
    return "\n" not in text and text[:1] in ("/", ".")


def check_objects(text: str) -> None:
    """ValueError or YAMLError where the text has anything but objects of an API."""
    for document in yaml.safe_load_all(text):
        items = document.get("items", [document]) if isinstance(document, dict) else document or []
        for item in items:
            if not isinstance(item, dict) or not item.get("kind") or not item.get("apiVersion"):
                raise ValueError("not an object")


def parse_assignments(text: str) -> dict[str, str]:
    """Lines `NAME=value` or `export NAME=value`; nothing in them is run."""
    wanted = "lines such as export NAME=value; a script goes into a ConfigMap, see SESSION_ENVVARS"
    found = {}
    for line in text.splitlines():
        if not (stripped := line.strip()) or stripped.startswith("#"):
            continue
        match = VARIABLE.fullmatch(stripped)
        if not match or re.search(r"[$`]", match[2]):
            raise ValueError(wanted)
        try:
            words = shlex.split(match[2], comments=True)
        except ValueError:
            raise ValueError(wanted) from None
        if len(words) > 1:
            raise ValueError(wanted)
        found[match[1]] = "".join(words)
    return found


def make_choice(kind: str, choices: Collection[str]) -> Any:
    """A parser for one word of several."""

    def parse_choice(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{kind}: {', '.join(choices)}")
        return text

    return parse_choice


def split_words(text: str) -> list[str]:
    """Words between commas, spaces or lines; also as a list of JSON."""
    if text.startswith("["):
        try:
            read = json.loads(text)
        except ValueError:
            return [text]
        return [str(word) for word in read]
    return [word for word in re.split(r"[\s,]+", text) if word]
