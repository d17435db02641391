"""People with an account at Keycloak, or another provider of OpenID Connect."""

import os
import tempfile
from pathlib import Path

import hub_certificates
import hub_settings

c = get_config()  # noqa: F821 - JupyterHub gives it
settings = hub_settings.read_settings(os.environ)

c.JupyterHub.authenticator_class = "generic-oauth"
c.GenericOAuthenticator.client_id = settings.oauth_client_id
secret = settings.secret_file
has_file = secret is not None and secret.is_file()
c.GenericOAuthenticator.client_secret = (
    secret.read_text().strip() if has_file else settings.oauth_client_secret
)
# Of Keycloak the address of a realm is enough; of any other provider, all three are told.
realm = settings.keycloak_realm_url
addresses = {
    "authorize_url": settings.oauth2_authorize_url,
    "token_url": settings.oauth2_token_url,
    "userdata_url": settings.oauth2_userdata_url,
}
if realm:
    ends = {"authorize_url": "auth", "token_url": "token", "userdata_url": "userinfo"}
    addresses = {name: f"{realm}/protocol/openid-connect/{end}" for name, end in ends.items()}
for name, address in addresses.items():
    c.GenericOAuthenticator[name] = address
if settings.public_url:
    c.GenericOAuthenticator.oauth_callback_url = f"{settings.public_url}hub/oauth_callback"
if settings.oauth_ca_file:
    bundle = hub_certificates.join_bundles(settings.oauth_ca_file, Path(tempfile.gettempdir()))
    c.GenericOAuthenticator.http_request_kwargs = {"ca_certs": str(bundle)}
c.GenericOAuthenticator.login_service = "the workshop's account"
c.GenericOAuthenticator.auto_login = True
c.GenericOAuthenticator.username_claim = settings.oauth2_username_key
c.GenericOAuthenticator.scope = ["openid", "profile"]
# Who may register is decided there: all may enter, unless an admin says who (config_layers.py).
c.GenericOAuthenticator.admin_users = set(settings.admin_users)
if settings.registered_users:
    c.GenericOAuthenticator.allowed_users = set(settings.registered_users)

c.WorkshopSpawner.volume_size = settings.volume_size
# Logging in again leads to the same session; there is nobody new to become.
c.WorkshopSpawner.restart_url = ""
