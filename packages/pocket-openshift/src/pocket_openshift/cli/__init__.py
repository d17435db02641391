"""The verbs for people without `oc` or `kubectl`: apply, new-app, get, delete. Plain clients of any
API server.

One file a verb, with `add_arguments` and `run`; `session` is their only door to the network.
"""
