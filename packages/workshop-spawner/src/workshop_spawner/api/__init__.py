"""The way to the Kubernetes API: one client, where objects are, what answers mean, the watch."""
