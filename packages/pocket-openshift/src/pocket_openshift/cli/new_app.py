"""`pocket-openshift new-app TEMPLATE -p NAME=VALUE`: have the server fill in a template, and create
its objects.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from pocket_openshift.cli import manifests, session
from pocket_openshift.resources.rules import template_rules

_PROCESSED = "/apis/template.openshift.io/v1/namespaces/{}/processedtemplates"
_TEMPLATE = "/apis/template.openshift.io/v1/namespaces/{}/templates/{}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    session.add_arguments(parser)
    parser.add_argument(
        "template", help="a file, - for standard input, or the name of a template in the project"
    )
    parser.add_argument(
        "-p",
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter's value; may be given often",
    )
    parser.add_argument(
        "--print",
        dest="show",
        action="store_true",
        help="print the objects as YAML instead of creating them",
    )


def run(args: argparse.Namespace) -> int:
    """Create all objects; 1 when one was refused or was there already."""
    return session.main(_run, args)


def parse_values(words: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` words as values."""
    values = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise session.CommandError(f"-p {word}: write -p NAME=VALUE")
        values[name] = value
    return values


def _template(to: session.Session, name: str) -> dict[str, Any]:
    if name != "-" and not Path(name).is_file():
        return dict(to.request("GET", _TEMPLATE.format(to.namespace, name)).body)
    found = manifests.load(name)
    if len(found) != 1 or found[0].get("kind") != "Template":
        raise session.CommandError(f"{name} holds no Template, or more than one")
    return found[0]


def fill_in(template: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A template with a person's values; a sentence when it has no parameter of that name."""
    try:
        return template_rules.with_values(template, values)
    except KeyError as error:
        known = [parameter["name"] for parameter in template.get("parameters") or ()]
        raise session.CommandError(
            f"the template has no parameter {error.args[0]!r}; it has {', '.join(known) or 'none'}"
        ) from error


def _run(to: session.Session, args: argparse.Namespace) -> int:
    template = _template(to, args.template)
    filled = fill_in(template, parse_values(args.param))
    made = to.request("POST", _PROCESSED.format(to.namespace), filled).body
    if args.show:
        print(yaml.safe_dump_all(made.get("objects") or (), sort_keys=False), end="")
        return 0
    for line in render_parameters(filled, made):
        print(line)
    failed = sum(not _create(to, obj) for obj in made.get("objects") or ())
    if made.get("message"):
        print(f"\n{made['message'].rstrip()}")
    return 1 if failed else 0


def render_parameters(asked: Mapping[str, Any], made: Mapping[str, Any]) -> list[str]:
    """The parameters with their values; those that the server drew are marked."""
    given = {p["name"]: p.get("value") for p in asked.get("parameters") or ()}
    lines = []
    for parameter in made.get("parameters") or ():
        value = parameter.get("value") or ""
        drawn = "  # generated" if value and not given.get(parameter["name"]) else ""
        lines.append(f"  {parameter['name']}={value}{drawn}")
    return ["With parameters:", *lines] if lines else []


def _create(to: session.Session, obj: Mapping[str, Any]) -> bool:
    resource = to.resource_of(obj)
    metadata = obj.get("metadata") or {}
    label = f"{resource.label}/{metadata.get('name') or metadata.get('generateName')}"
    path = to.path(resource, metadata.get("namespace") or "")
    try:
        to.request("POST", path, dict(obj))
    except session.CommandError as error:
        if isinstance(error, session.Refused) and error.reason == "AlreadyExists":
            print(f"{label} created (the answer was lost; it is there)")
            return True
        print(f"error: {label}: {error}", file=sys.stderr)
        return False
    print(f"{label} created")
    return True
