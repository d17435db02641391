"""`pocket-openshift delete`: delete the very objects that are there now.

Said as `KIND NAME...`, `KIND -l LABEL=VALUE` or `-f FILE`.
"""

from __future__ import annotations

import argparse

from pocket_openshift.cli import api_resources, manifests, session
from workshop_kube import errors
from workshop_kube.rules.manifests import Manifest, find_head


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    session.add_arguments(parser)
    parser.add_argument("kind", nargs="?", help="pods, po, routes.route.openshift.io ...")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument(
        "-l", "--selector", default="", help="the objects of KIND with these labels, app=hub"
    )
    manifests.add_filename(
        parser, "the objects of a file, as `apply` made them; - is standard input"
    )


def run(args: argparse.Namespace) -> int:
    """Delete them; 1 when one is not there or may not be deleted."""
    return session.main(_run, args)


async def _run(to: session.Session, args: argparse.Namespace) -> int:
    ways = (bool(args.filename), bool(args.names), bool(args.selector))
    if sum(ways) != 1 or bool(args.filename) == bool(args.kind):
        raise session.CommandError(
            "say what: `delete KIND NAME`, `delete KIND -l LABEL=VALUE`, or `delete -f FILE`"
        )
    if args.selector:
        return await _delete_selected(to, args.kind, args.selector)
    if args.kind:
        resource = await to.find_resource(args.kind)
        for name in args.names:
            await delete(to, resource.refer(name, to.namespace))
        return 0
    objects = manifests.load_all(args.filename)
    # What was made last goes first: a namespace after what is in it.
    left = [obj for obj in reversed(objects) if not await _delete_if_there(to, obj)]
    return 1 if left else 0


async def _delete_selected(to: session.Session, kinds: str, selector: str) -> int:
    """Delete all objects of some kinds in the project, or the cluster, that have these labels."""
    for resource in await to.find_resources(kinds):
        kind = resource.kind
        where = to.namespace if kind.is_namespaced else ""
        found = await to.cluster.list(kind.api_version, kind.kind, where, selector=selector)
        for obj in found:
            await to.cluster.delete_exactly(obj)
            print(f"{_render(obj)} deleted", flush=True)
    return 0


async def _delete_if_there(to: session.Session, obj: Manifest) -> bool:
    """Whether there was such an object; one that is gone keeps the others from nothing."""
    try:
        await delete(to, await to.place(obj))
    except errors.GoneError:
        print(f"{_render(obj)} is not there", flush=True)
        return False
    return True


async def delete(to: session.Session, reference: Manifest) -> None:
    """Delete the object that has this name now, and not one that takes it meanwhile."""
    found = await to.cluster.get(reference)
    await to.cluster.delete_exactly({**found, **find_head(reference)})
    print(f"{_render(reference)} deleted", flush=True)


def _render(obj: Manifest) -> str:
    label = api_resources.make_label(obj["apiVersion"], obj["kind"])
    return f'{label} "{obj["metadata"]["name"]}"'
