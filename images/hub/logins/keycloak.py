"""People with an account at Keycloak, or another provider of OpenID Connect."""

import os

c = get_config()  # noqa: F821 - JupyterHub gives it

c.JupyterHub.authenticator_class = "generic-oauth"
# Of Keycloak the address of a realm is enough; any other provider of OpenID Connect has the
# variables that oauthenticator reads itself: OAUTH2_AUTHORIZE_URL and so on. The client's id and
# secret are OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, from a Secret.
realm = os.environ.get("KEYCLOAK_REALM_URL", "").rstrip("/")
if realm:
    c.GenericOAuthenticator.authorize_url = f"{realm}/protocol/openid-connect/auth"
    c.GenericOAuthenticator.token_url = f"{realm}/protocol/openid-connect/token"
    c.GenericOAuthenticator.userdata_url = f"{realm}/protocol/openid-connect/userinfo"
c.GenericOAuthenticator.login_service = "the workshop's account"
c.GenericOAuthenticator.username_claim = (
    os.environ.get("OAUTH2_USERNAME_KEY") or "preferred_username"
)
c.GenericOAuthenticator.scope = ["openid", "profile"]
# Who may register is decided there: all may enter, unless an admin's file says who
# (config_layers.py).
c.GenericOAuthenticator.admin_users = set(os.environ.get("ADMIN_USERS", "").split())
