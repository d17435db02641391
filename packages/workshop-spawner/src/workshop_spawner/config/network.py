"""What an administrator decides about the network of sessions: traits, and what they mean."""

from __future__ import annotations

from traitlets import Bool, Dict, HasTraits, Integer, List

from workshop_spawner.manifests import network


class NetworkSettings(HasTraits):
    """Who may reach a session, and whom it may reach."""

    network_policies = Bool(
        True,
        config=True,
        help="""
        Whether each session and each project is closed off by NetworkPolicies.

        On by default: only the hub reaches a session, and a session reaches the cluster's API, the
        hub's API, its own project and the internet, but neither other sessions nor the metadata
        address of a cloud.

        Turn it off only where the cluster's network does it otherwise.

        Example: `c.WorkshopSpawner.network_policies = False`
        """,
    )

    network_hub_labels = Dict(
        config=True,
        help="""
        Labels of the pods of hub and proxy, the only ones let into a session.

        A dict of labels; empty means every pod of the hub's namespace that is not a session.

        Set it when other things run in the hub's namespace.

        Example: `c.WorkshopSpawner.network_hub_labels = {"app": "intro-to-go", "class": "hub"}`
        """,
    )

    network_hub_ports = List(
        Integer(),
        [8081],
        config=True,
        help="""
        Ports of the hub's pods that sessions may reach: that of the hub's API.

        A list of numbers; 8081 is JupyterHub's own default (`c.JupyterHub.hub_port`).

        Change it with `hub_port`.

        Example: `c.WorkshopSpawner.network_hub_ports = [8081]`
        """,
    )

    network_internet = Bool(
        True,
        config=True,
        help="""
        Whether sessions may open connections to addresses outside the cluster.

        On by default. Needs `network_policies`.

        Turn it off for anonymous workshops that need nothing from outside: nobody mines or sends
        spam from a session that has no way out.

        Example: `c.WorkshopSpawner.network_internet = False`
        """,
    )

    network_router_labels = Dict(
        default_value=network.ROUTERS,
        config=True,
        help="""
        Labels of the namespaces whose routers are let in: into projects, and to `exposed_ports`
        that have a host name of their own.

        A dict of labels; by default those of OpenShift's routers.

        Change it where an ingress controller does it, to the name of its namespace.

        Example: `c.WorkshopSpawner.network_router_labels = {"kubernetes.io/metadata.name":
        "ingress-nginx"}`
        """,
    )

    def make_rules(self, port: int, exposed: tuple[int, ...] = ()) -> network.Rules | None:
        """The decisions as the pure room takes them; None where no policies are made.

        `port` is the session server's own; routers may reach those `exposed`.
        """
        if not self.network_policies:
            return None
        return network.Rules(
            port=port,
            hub_labels=self.network_hub_labels,
            hub_ports=tuple(self.network_hub_ports),
            internet=self.network_internet,
            exposed=exposed,
            router_labels=self.network_router_labels,
        )
