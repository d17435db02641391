"""The ways out: to the hub's REST API and to the cluster, each bounded in time and tries."""
