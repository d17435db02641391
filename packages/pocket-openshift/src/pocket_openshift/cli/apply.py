"""`pocket-openshift apply FILE...`: make the objects of files be there as the files say."""

from __future__ import annotations

import argparse

from pocket_openshift.cli import api_resources, manifests, session
from workshop_kube import errors
from workshop_kube.rules.calls import Call
from workshop_kube.rules.manifests import Manifest

MANAGER = "pocket-openshift"
APPLY = "application/apply-patch+yaml"


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


async def _run(to: session.ApiSession, args: argparse.Namespace) -> int:
    files = [*args.files, *args.filename]
    if not files:
        raise session.CommandError("name a file: `pocket-openshift apply FILE`")
    for obj in manifests.load_all(files):
        print(await apply(to, obj), flush=True)
    return 0


async def apply(to: session.ApiSession, obj: Manifest) -> str:
    """Apply one object on the server's side, which may be done twice; the line that says so."""
    name = (obj.get("metadata") or {}).get("name")
    if not name:
        raise session.CommandError(f"a {obj.get('kind')} has no metadata.name")
    label = f"{api_resources.make_label(obj['apiVersion'], obj['kind'])}/{name}"
    try:
        placed = await to.place(obj)
        path, query = await to.cluster.find_path(placed), {"fieldManager": MANAGER, "force": "true"}
        call = Call("PATCH", path, f"apply {label}", dict(obj), query, content_type=APPLY)
        answer = await to.cluster.send(call)
    except errors.KubeError as error:
        why = session.explain(error, to.cluster.server)
        raise session.CommandError(f"{label}: {why}") from error
    return f"{label} {'created' if answer.status == 201 else 'configured'}"
