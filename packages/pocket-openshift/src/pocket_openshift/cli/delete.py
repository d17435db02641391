"""`pocket-openshift delete KIND NAME...` or `delete -f FILE`: delete the very objects that bear the
names now.
"""

from __future__ import annotations

import argparse

from pocket_openshift.cli import manifests, session
from pocket_openshift.client import api_resources


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    session.add_arguments(parser)
    parser.add_argument("kind", nargs="?", help="pods, po, routes.route.openshift.io ...")
    parser.add_argument("names", nargs="*", metavar="NAME")
    manifests.add_filename(
        parser, "the objects of a file, as `apply` made them; - is standard input"
    )


def run(args: argparse.Namespace) -> int:
    """Delete them; 1 when one is not there or may not be deleted."""
    return session.main(_run, args)


def _run(to: session.Session, args: argparse.Namespace) -> int:
    if bool(args.filename) == bool(args.kind) or (args.kind and not args.names):
        raise session.CommandError("say what: `delete KIND NAME`, or `delete -f FILE`")
    if args.kind:
        resource = to.resource_named(args.kind)
        for name in args.names:
            _say(resource, name, gone=delete(to, resource, name))
        return 0
    objects = manifests.load_all(args.filename)
    # What was made last goes first: a namespace after what is in it.
    left = [obj for obj in reversed(objects) if not _delete_object(to, obj)]
    return 1 if left else 0


def _say(resource: api_resources.Resource, name: str, *, gone: bool) -> None:
    print(f'{resource.label} "{name}" {"deleted" if gone else "is not there"}', flush=True)


def _delete_object(to: session.Session, obj: manifests.Object) -> bool:
    """Whether there was such an object; one that is gone keeps the others from nothing."""
    resource, metadata = to.resource_of(obj), obj.get("metadata") or {}
    name, found = str(metadata.get("name") or ""), True
    try:
        delete(to, resource, name, metadata.get("namespace") or "")
    except session.CommandError as error:
        if error.status != 404:
            raise
        found = False
    _say(resource, name, gone=found)
    return found


def delete(
    to: session.Session, resource: api_resources.Resource, name: str, namespace: str = ""
) -> bool:
    """Delete the object that has this name now, and not one that takes it meanwhile."""
    path = to.path(resource, namespace, name)
    found = to.request("GET", path).body
    uid = (found.get("metadata") or {}).get("uid")
    body = {"kind": "DeleteOptions", "apiVersion": "v1"}
    try:
        to.request("DELETE", path, {**body, "preconditions": {"uid": uid}} if uid else body)
    except session.Refused as error:
        if error.status != 404:
            raise
    return True
