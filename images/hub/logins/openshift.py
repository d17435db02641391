"""Users of the cluster, whose sessions act as themselves in a project of their own."""

import os

import hub_settings

c = get_config()  # noqa: F821 - JupyterHub gives it
settings = hub_settings.read_settings(os.environ)

c.JupyterHub.authenticator_class = "openshift-cluster"
# An OAuthClient of this name, with the hub's callback and this secret; see the documentation on
# logging in by an OAuthClient. JUPYTERHUB_CRYPT_KEY encrypts the tokens in the hub's database.
c.OpenShiftAuthenticator.client_id = settings.oauth_client_id or f"{settings.application}-console"
if settings.secret_file is not None or not settings.oauth_client_secret:
    usual = settings.app_root / "oauth" / "secret"
    c.OpenShiftAuthenticator.client_secret_file = str(settings.secret_file or usual)
else:
    c.OpenShiftAuthenticator.client_secret = settings.oauth_client_secret
if settings.oauth_ca_file:
    c.OpenShiftAuthenticator.oauth_ca_file = str(settings.oauth_ca_file)
c.OpenShiftAuthenticator.sessions_act_as_user = True
# Who is logged in to the cluster is in; there is no page with a button before.
c.OpenShiftAuthenticator.auto_login = True
# Their own rights are all that sessions have, so whoever has a login may come, unless an admin
# says who (config_layers.py).
c.OpenShiftAuthenticator.admin_users = set(settings.admin_users)
if settings.registered_users:
    c.OpenShiftAuthenticator.allowed_users = set(settings.registered_users)

c.WorkshopSpawner.identity = "user-token"
c.WorkshopSpawner.project = "user"
c.WorkshopSpawner.project_template = settings.openshift_project
c.WorkshopSpawner.volume_size = settings.volume_size
# Logging in again leads to the same session; there is nobody new to become.
c.WorkshopSpawner.restart_url = ""
