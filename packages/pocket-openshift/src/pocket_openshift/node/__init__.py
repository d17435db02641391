"""The node agent: an ordinary client of the Kubernetes API that runs pods as local processes.

Needs a kubeconfig and nothing else of pocket-openshift, so it also serves a real API server that
has no nodes.
Pure rooms (no asyncio, aiohttp, tornado): claims, downward, environment, events, expansion, lines,
probes, quantities,
restarts, routing, states, statuses, translation, volumes. I/O: cluster, processes, shim, mounts,
addresses, containers,
pods, kubelet, agent, router.
"""
