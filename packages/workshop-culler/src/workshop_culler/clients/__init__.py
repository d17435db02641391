"""The ways out: to the hub's REST API and to the Kubernetes API, each tried again within bounds."""
