"""What an administrator decides about the network of sessions: traits, and what they mean."""

from __future__ import annotations

from traitlets import Bool, Dict, HasTraits, Integer, List, TraitError, Unicode, validate
from traitlets.utils.bunch import Bunch

from workshop_spawner.manifests import network
from workshop_spawner.rules import api_networks


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
        Whether sessions, and pods in their projects, may open connections to addresses outside
        the cluster.

        On by default. Needs `network_policies`. When off, no port is open to the world: only the
        addresses of the cluster's API (`network_api_addresses`), the hub, the own projects and
        `network_more_egress` are reached - no routes either.

        Turn it off for anonymous workshops that need nothing from outside: nobody mines or sends
        spam from a session that has no way out. Roles that may delete NetworkPolicies, as `admin`
        and `edit` may, can open a project again; see the page "Hold attendees to their project".

        Example: `c.WorkshopSpawner.network_internet = False`
        """,
    )

    network_api_addresses = List(
        Unicode(),
        config=True,
        help="""
        Addresses of the cluster's API, for sessions without `network_internet`.

        A list of addresses or networks. When empty, they are found: KUBERNETES_SERVICE_HOST, the
        address that the hub asks, and the Endpoints `kubernetes` of the namespace `default`, for
        which the hub needs the right to read them.

        Set it where the hub may not read these, or where sessions reach the API by another address.

        Example: `c.WorkshopSpawner.network_api_addresses = ["172.30.0.1", "192.0.2.0/28"]`
        """,
    )

    @validate("network_api_addresses")
    def _read_addresses(self, proposal: Bunch) -> list[str]:
        try:
            return [api_networks.parse_network(text) for text in proposal.value]
        except ValueError as error:
            raise TraitError(
                f"WorkshopSpawner.network_api_addresses: {error}. Use addresses or networks, such "
                "as '192.0.2.0/28'."
            ) from None

    network_more_egress = List(
        Dict(),
        [network.REGISTRY],
        config=True,
        help="""
        What sessions and pods in their projects may reach besides, with or without the internet.

        A list of egress rules as a NetworkPolicy writes them; by default OpenShift's own registry,
        to which builds push.

        Set it for a registry, a mirror or a service of the workshop inside the cluster.

        Example: `c.WorkshopSpawner.network_more_egress = [{"to": [{"ipBlock": {"cidr":
        "192.0.2.10/32"}}], "ports": [{"port": 443}]}]`
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

    def needs_api_networks(self) -> bool:
        """Whether it has to be found out where the cluster's API is."""
        closed = self.network_policies and not self.network_internet
        return closed and not self.network_api_addresses

    def make_rules(
        self, port: int, exposed: tuple[int, ...] = (), api: tuple[str, ...] = ()
    ) -> network.Rules | None:
        """The decisions as the pure modules take them; None where no policies are made.

        `port` is the session server's own; routers may reach those `exposed`; the cluster's API
        was found in the networks `api`.
        """
        if not self.network_policies:
            return None
        return network.Rules(
            port=port,
            hub_labels=self.network_hub_labels,
            hub_ports=tuple(self.network_hub_ports),
            internet=self.network_internet,
            api_networks=tuple(self.network_api_addresses) or api,
            more_egress=tuple(self.network_more_egress),
            exposed=exposed,
            router_labels=self.network_router_labels,
        )
