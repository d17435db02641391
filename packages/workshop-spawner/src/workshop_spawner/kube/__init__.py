"""The way to the Kubernetes API: one client, and the watch of pods."""
