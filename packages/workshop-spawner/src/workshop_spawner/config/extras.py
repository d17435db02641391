"""What an administrator adds to each session: resources, and ports to reach it by."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

from traitlets import (
    Callable,
    Dict,
    Enum,
    HasTraits,
    Integer,
    List,
    TraitError,
    Unicode,
    Union,
    validate,
)
from traitlets.utils.bunch import Bunch

from workshop_spawner.manifests import exposure


class ExtraSettings(HasTraits):
    """More objects for each session, and ports of it that are reached from outside."""

    extra_resources = Union(
        [Unicode(), List(), Callable()],
        default_value="",
        config=True,
        help="""
        More objects to make for each session, in its project unless they say otherwise.

        YAML (several documents), JSON, a list of dicts, the path of a file with such text, or an
        (async) callable that takes the spawner and returns one of these. `${project_namespace}`,
        `${spawner_namespace}`, `${service_account}`, `${cluster_user}` (who the session is to the
        cluster, for subjects of bindings), `${username}`, `${application_name}`,
        `${image_registry}` and `{username}` are filled in. Objects that belong to the whole cluster
        go with the project. A Namespace becomes one more project of the session; its annotations
        `session/role` and `session/budget` say how.

        Use it for what every attendee should find in their project. An object that cannot be made
        fails the start, with its kind, name and line in the log.

        Example: `c.WorkshopSpawner.extra_resources = "/etc/workshop/resources.yaml"`
        """,
    )

    image_registry = Unicode(
        config=True,
        help="""
        What `${image_registry}` in `extra_resources` stands for.

        Host and port; when empty, OpenShift's own registry inside the cluster.

        Example: `c.WorkshopSpawner.image_registry = "registry.example.com:5000"`
        """,
    )

    hub_role = Unicode(
        "admin",
        config=True,
        help="""
        ClusterRole that the hub gives itself inside a project, to make `extra_resources` there.

        Name of a ClusterRole; empty when the hub's rights suffice without. It is bound only where
        there are extra resources.

        Change it to a role of your own for kinds that `admin` does not cover; the hub must be
        allowed to bind it.

        Example: `c.WorkshopSpawner.hub_role = "intro-to-go-spawner-rules"`
        """,
    )

    project_owner = Unicode(
        config=True,
        help="""
        ClusterRole that owns the projects: when it is deleted, the cluster deletes all of them.

        Name of a ClusterRole, which may be without rules; empty for no owner. Nothing starts while
        it is missing. Projects that are asked for by ProjectRequest, and the users' own, have none.

        Set it where a whole deployment is removed by its label, as templates/openshift does. Take
        one that has no other purpose, so that nobody recreates it: that would end every session.

        Example: `c.WorkshopSpawner.project_owner = "intro-to-go-my-workshop-projects"`
        """,
    )

    exposed_ports = List(
        Integer(min=1, max=65535),
        config=True,
        help="""
        Ports on which what attendees run in their session is reached from a browser.

        A list of numbers. Behind the hub's login at `/user/<name>/proxy/<port>/`, and, with
        `exposed_by`, under a host name of their own, without login.

        Set it when attendees build something with a web page.

        Example: `c.WorkshopSpawner.exposed_ports = [8080, 3000]`
        """,
    )

    exposed_by = Enum(
        [exposure.PROXY, exposure.ROUTE, exposure.INGRESS],
        exposure.PROXY,
        config=True,
        help="""
        How `exposed_ports` are reached.

        `proxy`: only through the session's own server, behind the login. `route` (OpenShift) or
        `ingress`: also by a host name of their own with TLS, which whoever knows it can use.

        Use the others for pages that do not work below a path.

        Example: `c.WorkshopSpawner.exposed_by = "route"`
        """,
    )

    exposed_domain = Unicode(
        config=True,
        help="""
        Domain of the host names of `exposed_ports`.

        A host name; when empty, `cluster_subdomain`. Names are `<application>-<user>-<port>.` and
        this.

        Example: `c.WorkshopSpawner.exposed_domain = "apps.example.com"`
        """,
    )

    exposed_annotations = Dict(
        config=True,
        help="""
        Annotations of each Route or Ingress of `exposed_ports`.

        A dict of strings.

        Set it for what your router decides by annotation, such as certificates.

        Example: `c.WorkshopSpawner.exposed_annotations = {"kubernetes.io/tls-acme": "true"}`
        """,
    )

    exposed_ingress_class = Unicode(
        config=True,
        help="""
        Class of each Ingress of `exposed_ports`.

        Name of an IngressClass; empty for the cluster's default.

        Example: `c.WorkshopSpawner.exposed_ingress_class = "nginx"`
        """,
    )

    @validate("exposed_by", "exposed_domain", "exposed_ports")
    def _refuse_no_domain(self, proposal: Bunch) -> object:
        wanted = {proposal.trait.name: proposal.value}

        def get(name: str) -> object:
            return wanted.get(name, getattr(self, name, ""))

        domain = get("exposed_domain") or get("cluster_subdomain")
        if get("exposed_ports") and get("exposed_by") != exposure.PROXY and not domain:
            raise TraitError(
                f"WorkshopSpawner.exposed_by is {get('exposed_by')!r}, which needs a domain: set "
                "WorkshopSpawner.exposed_domain or .cluster_subdomain."
            )
        return proposal.value

    def make_exposed(self, subdomain: str) -> exposure.Exposed:
        """The decisions as the pure modules take them."""
        return exposure.Exposed(
            ports=tuple(self.exposed_ports),
            by=self.exposed_by,
            domain=self.exposed_domain or subdomain,
            annotations=dict(self.exposed_annotations),
            ingress_class=self.exposed_ingress_class,
        )

    async def read_extra_resources(self) -> object:
        """The extra resources as text or list, wherever they come from."""
        source: object = self.extra_resources
        if callable(source):
            source = source(self)
            if inspect.isawaitable(source):
                source = await source
        return await read_source(source)


async def read_source(source: object) -> object:
    """The extra resources that a setting names: text or a list, or the file of that path."""
    if isinstance(source, str) and source and "\n" not in source and source[0] in "/.":
        source = await asyncio.to_thread(Path(source).read_text)
    return source or ""
