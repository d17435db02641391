"""A hub that runs anywhere, for the users of a cluster.

It needs the API's address, an OAuthClient and its secret, and - where the system does not know
them - the authorities that signed the certificates of the API and of the cluster's routes.
"""

import os

c = get_config()  # noqa: F821 - JupyterHub provides it

c.JupyterHub.authenticator_class = "openshift-cluster"
c.OpenShiftAuthenticator.openshift_url = os.environ.get(
    "OPENSHIFT_API", "https://api.cluster.example.com:6443"
)
c.OpenShiftAuthenticator.client_id = "jupyterhub"
c.OpenShiftAuthenticator.client_secret_file = os.environ.get(
    "OAUTH_SECRET_FILE", "/etc/jupyterhub/oauth-secret"
)
c.OpenShiftAuthenticator.api_ca_file = os.environ.get("API_CA_FILE", "")
c.OpenShiftAuthenticator.oauth_ca_file = os.environ.get("ROUTES_CA_FILE", "")
c.OpenShiftAuthenticator.allow_all = True
