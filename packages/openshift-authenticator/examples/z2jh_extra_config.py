"""What goes under hub.extraConfig of the chart Zero to JupyterHub (its `c` is there already).

The chart names the hub's service account `hub`; its token must be mounted, which is the chart's
default. docs/how-to/openshift-login-z2jh.md has the whole values.yaml.
"""

c = get_config()  # noqa: F821 - JupyterHub provides it

c.JupyterHub.authenticator_class = "openshift-cluster"
c.OpenShiftAuthenticator.manage_groups = True
c.OpenShiftAuthenticator.allowed_groups = {"students"}
c.OpenShiftAuthenticator.admin_users = {"teacher"}
