"""Faults against a running workshop while visitors come and go: `python3 noxfile.py -s chaos`.

From the inside out:

`rules/`            which faults come when, what must always be so, what an error may look like
`parts`             programs that are started again when they end
`stack`             what is up: cluster, node, database, hub
`cluster_view`      the cluster as its administrator sees it; `foreign` what is not ours in it
`people`            visitors who come, type, come back to the same shell, and go
`effects`           what is done for each fault, and undone
`watching`          what is looked at all along and at the end
`run`               a run: the command line, the course, the report
`api_server`, `node_agent`, `jupyterhub_config`   what is started
"""
