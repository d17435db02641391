"""The OAuth server: people, clients, scopes, tokens, the login and approval pages.

`app` is what the rest of the package serves; `handlers`, `registry` and the behaviours are the
shell, the other modules are pure.
"""
