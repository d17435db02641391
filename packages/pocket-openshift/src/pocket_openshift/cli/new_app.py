"""`pocket-openshift new-app TEMPLATE -p NAME=VALUE`: fill in a template, create its objects.

The server fills it in.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from pocket_openshift.cli import api_resources, manifests, session
from pocket_openshift.resources.rules import template_rules
from workshop_kube import errors
from workshop_kube.rules.answers import read_object
from workshop_kube.rules.calls import Call
from workshop_kube.rules.manifests import Manifest, Object, make_reference

_TEMPLATES = "template.openshift.io/v1"
_PROCESSED = "/apis/template.openshift.io/v1/namespaces/{}/processedtemplates"


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


def is_file(name: str) -> bool:
    """Whether a person means a file, or standard input, and not a template in the project."""
    return name == "-" or Path(name).is_file()


async def _find_template(to: session.Session, name: str) -> Object:
    if not is_file(name):
        reference = make_reference(_TEMPLATES, "Template", name, to.namespace)
        return await to.cluster.get(reference)
    found = manifests.load(name)
    if len(found) != 1 or found[0].get("kind") != "Template":
        raise session.CommandError(f"{name} holds no Template, or more than one")
    return found[0]


def fill_in(template: Manifest, values: Mapping[str, str]) -> Object:
    """A template with a person's values; a sentence when it has no parameter of that name."""
    try:
        return template_rules.with_values(template, values)
    except KeyError as error:
        known = [parameter["name"] for parameter in template.get("parameters") or ()]
        raise session.CommandError(
            f"the template has no parameter {error.args[0]!r}; it has {', '.join(known) or 'none'}"
        ) from error


async def _run(to: session.Session, args: argparse.Namespace) -> int:
    template = await _find_template(to, args.template)
    filled = fill_in(template, parse_values(args.param))
    call = Call("POST", _PROCESSED.format(to.namespace), "process the template", filled)
    made = read_object(await to.cluster.send(call))
    if args.show:
        print(yaml.safe_dump_all(made.get("objects") or (), sort_keys=False), end="")
        return 0
    for line in render_parameters(filled, made):
        print(line)
    failed = sum([not await _create(to, obj) for obj in made.get("objects") or ()])
    if made.get("message"):
        print(f"\n{made['message'].rstrip()}")
    return 1 if failed else 0


def render_parameters(asked: Manifest, made: Manifest) -> list[str]:
    """The parameters with their values; those that the server drew are marked."""
    given = {p["name"]: p.get("value") for p in asked.get("parameters") or ()}
    lines = []
    for parameter in made.get("parameters") or ():
        value = parameter.get("value") or ""
        drawn = "  # generated" if value and not given.get(parameter["name"]) else ""
        lines.append(f"  {parameter['name']}={value}{drawn}")
    return ["With parameters:", *lines] if lines else []


async def _create(to: session.Session, obj: Manifest) -> bool:
    """Create one object and say so; whether it was made."""
    metadata = obj.get("metadata") or {}
    label = api_resources.make_label(obj.get("apiVersion") or "", obj.get("kind") or "")
    label += f"/{metadata.get('name') or metadata.get('generateName')}"
    try:
        await to.cluster.create(await to.place(obj))
    except errors.KubeError as error:
        print(f"error: {label}: {session.explain(error, to.cluster.server)}", file=sys.stderr)
        return False
    print(f"{label} created")
    return True
