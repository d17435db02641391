"""The client: the only folder that opens a connection."""

from workshop_kube.client.cluster import Cluster
from workshop_kube.client.connections import (
    Connection,
    find_connection,
    from_configuration,
    in_cluster,
    load_kubeconfig,
)
from workshop_kube.client.reader import Reader
from workshop_kube.client.transport import Transport

__all__ = [
    "Cluster",
    "Connection",
    "Reader",
    "Transport",
    "find_connection",
    "from_configuration",
    "in_cluster",
    "load_kubeconfig",
]
