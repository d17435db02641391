"""A hub in a pod of the cluster: members of its project log in, administrators are its admins.

Nothing else needs to be set; docs/how-to/openshift-login-in-cluster.md says what has to be true of
the service account.
"""

c = get_config()  # noqa: F821 - JupyterHub provides it

c.JupyterHub.authenticator_class = "openshift-cluster"
