"""Users of the cluster, whose sessions act as themselves in a project of their own."""

import os

c = get_config()  # noqa: F821 - JupyterHub gives it

preset = os.environ["CONFIGURATION_TYPE"]  # not the one without a login, which is the default
application = os.environ.get("NAME_PREFIX", "") + (os.environ.get("WORKSHOP_NAME") or preset)

c.JupyterHub.authenticator_class = "openshift-cluster"
# An OAuthClient of this name, with the hub's callback and this secret; see the documentation on
# logging in by an OAuthClient. JUPYTERHUB_CRYPT_KEY encrypts the tokens in the hub's database.
c.OpenShiftAuthenticator.client_id = os.environ.get("OAUTH_CLIENT_ID") or f"{application}-console"
c.OpenShiftAuthenticator.client_secret_file = (
    os.environ.get("OAUTH_SECRET_FILE") or "/opt/app-root/oauth/secret"
)
c.OpenShiftAuthenticator.sessions_act_as_user = True
# Their own rights are all that sessions have, so whoever has a login may come, unless an admin's
# file says who (config_layers.py).
c.OpenShiftAuthenticator.admin_users = set(os.environ.get("ADMIN_USERS", "").split())

c.WorkshopSpawner.identity = "user-token"
c.WorkshopSpawner.project = "user"
c.WorkshopSpawner.project_template = os.environ.get("OPENSHIFT_PROJECT") or "{username}"
c.WorkshopSpawner.volume_size = os.environ.get("VOLUME_SIZE", "")
# Logging in again leads to the same session; there is nobody new to become.
c.WorkshopSpawner.restart_url = ""
