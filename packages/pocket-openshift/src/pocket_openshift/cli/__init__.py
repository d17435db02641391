"""The verbs for people without `oc` or `kubectl`: apply, new-app, get, delete.

Plain clients of any API server.

One file a verb, with `add_arguments` and `run`; only `session` opens a connection.
"""
