"""One person's commands to an API server: the options they share, the kinds that are there.

The verbs get a `ApiSession`. What went wrong is a `CommandError` or an error of `workshop_kube`;
`main` says it in one line.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from pocket_openshift.cli import api_resources, manifests
from workshop_kube import errors
from workshop_kube.client import Cluster, Connection, find_connection, load_kubeconfig
from workshop_kube.rules.calls import Call
from workshop_kube.rules.kinds import find_root, parse_versions
from workshop_kube.rules.manifests import Manifest, Object
from workshop_kube.rules.retries import Patience

# A person waits for the answer: a few tries, and long enough for a slow one.
PATIENCE = Patience(total=30.0, timeout=30.0, tries=4, longest_wait=10.0)
_FIRST_STEPS = "give --kubeconfig FILE (`pocket-openshift serve --kubeconfig FILE` writes one)"


class CommandError(Exception):
    """What a person is told instead of a result."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that all verbs have."""
    parser.add_argument(
        "--kubeconfig",
        type=Path,
        help="the API server and who we are (default: $KUBECONFIG, else ~/.kube/config)",
    )
    parser.add_argument(
        "-n", "--namespace", default="", help="the project (default: that of the kubeconfig)"
    )


async def find_server(kubeconfig: Path | None) -> Connection:
    """The API server to ask; CommandError that says what to do when there is none."""
    try:
        return await (load_kubeconfig(kubeconfig) if kubeconfig else find_connection())
    except errors.CredentialsError as error:
        raise CommandError(f"{error}" + ("" if kubeconfig else f"; or {_FIRST_STEPS}")) from error


class ApiSession:
    """A cluster, the project that a person works in, and the kinds that words there mean."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster, self.namespace = cluster, namespace
        self._known: dict[str, list[api_resources.Resource]] = {}

    async def place(self, obj: Manifest) -> Object:
        """An object as it will be: in this project, unless it names one or needs none."""
        metadata = dict(obj.get("metadata") or {})
        if await self.cluster.is_namespaced(obj):
            metadata["namespace"] = metadata.get("namespace") or self.namespace
        return {**obj, "metadata": metadata}

    async def find_resources(self, words: str) -> list[api_resources.Resource]:
        """The resources that a list of words means; `all` is those of that category."""
        found: list[api_resources.Resource] = []
        for word in words.split(","):
            found += await self._list_all() if word == "all" else [await self.find_resource(word)]
        return found

    async def find_resource(self, word: str) -> api_resources.Resource:
        """The resource that a person means by `pods`, `po` or `routes.route.openshift.io`."""
        for version in await self._list_versions():
            found = api_resources.find_named(await self._list_resources(version), word)
            if found is not None:
                return found
        raise CommandError(f"the server has no kind of objects called {word!r}")

    async def _list_all(self) -> list[api_resources.Resource]:
        versions = await self._list_versions()
        every = [one for version in versions for one in await self._list_resources(version)]
        return [one for one in every if "all" in one.categories]

    async def _list_versions(self) -> list[str]:
        groups = (await self.cluster.send(Call("GET", "/apis"))).document or {}
        return ["v1", *parse_versions(groups)[0]]

    async def _list_resources(self, version: str) -> list[api_resources.Resource]:
        if version not in self._known:
            listing = (await self.cluster.send(Call("GET", find_root(version)))).document or {}
            self._known[version] = api_resources.parse_resources(version, listing)
        return self._known[version]


Verb = Callable[[ApiSession, argparse.Namespace], Awaitable[int]]


def explain(error: errors.KubeError, server: str) -> str:
    """An error of the cluster for a person: in the server's words, if it said any."""
    if error.status == 0 and not isinstance(error, errors.RefusedError):
        return f"{server} does not answer: {error.message or 'no reason is known'}"
    return error.message or str(error)


def main(verb: Verb, args: argparse.Namespace) -> int:
    """Run a verb; what went wrong is one line on stderr and the exit code 1."""
    try:
        return asyncio.run(_run(verb, args))
    except (CommandError, manifests.ManifestError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


async def _run(verb: Verb, args: argparse.Namespace) -> int:
    connection = await find_server(args.kubeconfig)
    async with Cluster(connection, patience=PATIENCE) as cluster:
        try:
            return await verb(ApiSession(cluster, args.namespace or connection.namespace), args)
        except errors.KubeError as error:
            raise CommandError(explain(error, connection.server)) from error
