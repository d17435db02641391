"""`pocket-openshift get KIND [NAME]`: print objects, as the server's table, YAML, JSON or names."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

import yaml

from pocket_openshift.cli import api_resources, session
from workshop_kube.rules.calls import JSON, Call
from workshop_kube.rules.manifests import Manifest

NOTHING = "No resources found"
TABLE = f"application/json;as=Table;v=v1;g=meta.k8s.io,{JSON}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    session.add_arguments(parser)
    parser.add_argument("kind", help="pods, po, pods,services, routes.route.openshift.io, all ...")
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument(
        "-A", "--all-namespaces", action="store_true", help="of all projects, not of one"
    )
    parser.add_argument("-l", "--selector", default="", help="only objects with these labels")
    parser.add_argument(
        "-o", "--output", choices=("table", "yaml", "json", "name"), default="table"
    )


def run(args: argparse.Namespace) -> int:
    """Print what is there; 1 when it is not."""
    return session.main(_run, args)


async def _run(to: session.ApiSession, args: argparse.Namespace) -> int:
    chosen = await to.find_resources(args.kind)
    if len(chosen) > 1 and (args.name or args.output in ("yaml", "json")):
        raise session.CommandError("name one kind of objects, for a NAME and for yaml or json")
    found = [await _lines(to, resource, args, several=len(chosen) > 1) for resource in chosen]
    blocks = [lines for lines in found if lines != [NOTHING]] or [[NOTHING]]
    between = [""] if args.output == "table" else []
    for number, lines in enumerate(blocks):
        for line in [*(between if number else []), *lines]:
            print(line)
    return 0


async def _lines(
    to: session.ApiSession,
    resource: api_resources.Resource,
    args: argparse.Namespace,
    *,
    several: bool = False,
) -> list[str]:
    everywhere = args.all_namespaces and not args.name
    path = resource.kind.path("" if everywhere else to.namespace, args.name)
    call = Call(
        "GET",
        path,
        query={"labelSelector": args.selector},
        accept=TABLE if args.output == "table" else JSON,
    )
    body = (await to.cluster.send(call)).document or {}
    if several:
        for row in body.get("rows") or ():
            row["cells"][0] = f"{resource.label}/{row['cells'][0]}"
    return render(body, args.output, resource.label, namespaces=everywhere)


def render(body: Manifest, output: str, label: str, *, namespaces: bool) -> list[str]:
    """An answer as lines."""
    if output == "json":
        return [json.dumps(body, indent=2)]
    if output == "yaml":
        return [yaml.safe_dump(body, sort_keys=False).rstrip()]
    if output == "name":
        items = body.get("items", [body])
        return [f"{label}/{item['metadata']['name']}" for item in items]
    if body.get("kind") != "Table":
        return [yaml.safe_dump(body, sort_keys=False).rstrip()]
    return _render_table(body, namespaces=namespaces)


def _render_table(body: Manifest, *, namespaces: bool) -> list[str]:
    shown = [n for n, c in enumerate(body["columnDefinitions"]) if not c.get("priority")]
    rows = [[body["columnDefinitions"][n]["name"].upper() for n in shown]]
    rows += [[str(row["cells"][n]) for n in shown] for row in body.get("rows") or ()]
    if len(rows) == 1:
        return [NOTHING]
    if namespaces:
        places = [row["object"]["metadata"].get("namespace", "") for row in body["rows"]]
        rows = [[place, *row] for place, row in zip(["NAMESPACE", *places], rows, strict=True)]
    return _aligned(rows)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
