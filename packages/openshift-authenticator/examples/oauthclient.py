"""A hub in a pod that logs people in by an OAuthClient, so that sessions can act as the user.

The secret is a file of a mounted Secret; JUPYTERHUB_CRYPT_KEY (openssl rand -hex 32) encrypts the
tokens in the hub's database.
"""

import os

c = get_config()  # noqa: F821 - JupyterHub provides it

c.JupyterHub.authenticator_class = "openshift-cluster"
c.OpenShiftAuthenticator.client_id = "jupyterhub"
c.OpenShiftAuthenticator.client_secret_file = os.environ.get(
    "OAUTH_SECRET_FILE", "/etc/jupyterhub/oauth/secret"
)
c.OpenShiftAuthenticator.sessions_act_as_user = True
c.OpenShiftAuthenticator.manage_groups = True
c.OpenShiftAuthenticator.allowed_groups = {"students", "teachers"}
c.OpenShiftAuthenticator.admin_groups = {"teachers"}
