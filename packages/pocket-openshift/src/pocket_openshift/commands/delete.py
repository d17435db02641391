"""`pocket-openshift delete KIND NAME...`: delete the very objects that bear the names now."""

from __future__ import annotations

import argparse

from . import resources, session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    session.add_arguments(parser)
    parser.add_argument("kind", help="pods, po, routes.route.openshift.io ...")
    parser.add_argument("names", nargs="+", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Delete them; 1 when one is not there or may not be deleted."""
    return session.main(_run, args)


def _run(to: session.Session, args: argparse.Namespace) -> int:
    resource = to.resource_named(args.kind)
    for name in args.names:
        delete(to, resource, name)
        print(f'{resource.label} "{name}" deleted', flush=True)
    return 0


def delete(to: session.Session, resource: resources.Resource, name: str) -> None:
    """Delete the object that has this name now, and not one that takes it meanwhile."""
    path = to.path(resource, name=name)
    found = to.request("GET", path).body
    uid = (found.get("metadata") or {}).get("uid")
    body = {"kind": "DeleteOptions", "apiVersion": "v1"}
    try:
        to.request("DELETE", path, {**body, "preconditions": {"uid": uid}} if uid else body)
    except session.Refused as error:
        if error.status != 404:
            raise
