"""`pocket-openshift apply FILE...`: make the objects of files be there as the files say."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from pocket_openshift.cli import manifests, session

MANAGER = "pocket-openshift"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    session.add_arguments(parser)
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="YAML or JSON; - is standard input"
    )
    manifests.add_filename(parser, "the same, as `oc apply` and `kubectl apply` have it")


def run(args: argparse.Namespace) -> int:
    """Apply all files; 1 when something was refused."""
    return session.main(_run, args)


def _run(to: session.Session, args: argparse.Namespace) -> int:
    files = [*args.files, *args.filename]
    if not files:
        raise session.CommandError("name a file: `pocket-openshift apply FILE`")
    for obj in manifests.load_all(files):
        print(apply(to, obj), flush=True)
    return 0


def apply(to: session.Session, obj: Mapping[str, Any]) -> str:
    """Apply one object on the server's side, which may be done twice; the line that says so."""
    resource = to.resource_of(obj)
    metadata = obj.get("metadata") or {}
    name = metadata.get("name")
    if not name:
        raise session.CommandError(f"a {obj.get('kind')} has no metadata.name")
    path = to.path(resource, metadata.get("namespace") or "", name)
    try:
        answer = to.request(
            "PATCH",
            f"{path}?fieldManager={MANAGER}&force=true",
            dict(obj),
            content_type=session.APPLY,
        )
    except session.CommandError as error:
        raise session.CommandError(f"{resource.label}/{name}: {error}", error.status) from error
    done = "created" if answer.status == 201 else "configured"
    return f"{resource.label}/{name} {done}"
