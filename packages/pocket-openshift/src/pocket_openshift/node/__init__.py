"""The node agent: an ordinary client of the Kubernetes API that runs pods as local processes.

Needs a kubeconfig and nothing else of pocket-openshift, so it also serves a real API server that
has no nodes.
`rules/` is pure: no event loop, no network, no processes.
"""
