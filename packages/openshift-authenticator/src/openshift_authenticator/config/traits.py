"""The settings: traits, their help, and what they are when nobody sets them.

authenticator.py adds the hooks. What settings may hold together is decided in rules.py.
"""

from __future__ import annotations

import os
from typing import Any

from oauthenticator.oauth2 import OAuthenticator
from traitlets import Bool, Float, Integer, List, TraitError, Unicode, default, observe

from openshift_authenticator import errors
from openshift_authenticator.cluster import credentials
from openshift_authenticator.cluster.rules import accounts
from openshift_authenticator.config import reading, settings
from workshop_kube.client.connections import make_server_url

# Who may enter when nothing is configured: who could start a pod beside the hub's own.
MEMBERS = {"verb": "create", "resource": "pods", "namespace": "{namespace}"}
# Who is admin when nothing is configured: who administers the hub's own project.
INSTRUCTORS = {
    "verb": "create",
    "group": "rbac.authorization.k8s.io",
    "resource": "rolebindings",
    "namespace": "{namespace}",
}


class AuthenticatorTraits(OAuthenticator):
    """The settings of OpenShiftAuthenticator, beside those of oauthenticator's base."""

    openshift_url = Unicode(
        config=True,
        help="""
        Address of the cluster's API server.

        An https:// URL. In a pod the default is the API server of its own cluster.

        Set it when the hub runs outside the cluster, or for the users of another cluster.

        Example: `c.OpenShiftAuthenticator.openshift_url = "https://api.example.com:6443"`
        """,
    )

    service_account_dir = Unicode(
        config=True,
        help="""
        Folder into which the pod's service account is mounted: token and ca.crt.

        A path; the default is $SERVICE_ACCOUNT_DIR, or Kubernetes' own place for it.

        Set it when the token is projected to another place.

        Example: `c.OpenShiftAuthenticator.service_account_dir = "/var/run/hub-account"`
        """,
    )

    client_secret_file = Unicode(
        config=True,
        help="""
        File that holds the secret of the OAuth client.

        A path, read at each login; by default there is none, and a hub in a pod uses its
        service account's own token.

        Set it together with client_id when the hub logs people in by an OAuthClient.

        Example: `c.OpenShiftAuthenticator.client_secret_file = "/etc/hub/oauth-secret"`
        """,
    )

    api_ca_file = Unicode(
        config=True,
        help="""
        Certificates to trust for the API server, besides the system's and the pod's own.

        A PEM file; by default there is none.

        Set it for a hub outside the cluster whose API has a certificate of its own authority.

        Example: `c.OpenShiftAuthenticator.api_ca_file = "/etc/hub/api-ca.crt"`
        """,
    )

    oauth_ca_file = Unicode(
        config=True,
        help="""
        Certificates to trust for the OAuth server, besides the system's and the pod's own.

        A PEM file; by default there is none.

        Set it when the cluster's routes are signed by an authority that the system does not know.

        Example: `c.OpenShiftAuthenticator.oauth_ca_file = "/etc/hub/router-ca.crt"`
        """,
    )

    allowed_access: Any = List(
        config=True,
        help="""
        Let in whoever may do one of these things in the cluster.

        A list of resource attributes (namespace, verb, group, version, resource, subresource,
        name), asked with the user's own token; `{namespace}` is the hub's own. In a pod, when no
        setting says who may enter, the default is whoever may create pods beside the hub.

        Set it to let in a project's members without naming them.

        Example: `c.OpenShiftAuthenticator.allowed_access = [{"verb": "create", "resource": "pods", "namespace": "workshop"}]`
        """,  # noqa: E501 - one example, one line
    )

    admin_access: Any = List(
        config=True,
        help="""
        Make an admin of the hub whoever may do one of these things in the cluster.

        A list like allowed_access. In a pod, when no setting says who may enter, the default is
        whoever may create role bindings in the hub's namespace. Whoever may not loses the mark at
        the next login or refresh.

        Set it to let a project's administrators be the workshop's instructors.

        Example: `c.OpenShiftAuthenticator.admin_access = [{"verb": "delete", "group": "project.openshift.io", "resource": "projects", "namespace": "labs"}]`
        """,  # noqa: E501 - one example, one line
    )

    sessions_act_as_user = Bool(
        False,
        config=True,
        help="""
        Ask for a token with all of the user's rights, for the spawner to hand to the session.

        Off by default: a session then has a service account of its own.

        Set it when sessions act in the cluster as the user. Needs an OAuthClient and an encrypted
        auth_state (JUPYTERHUB_CRYPT_KEY).

        Example: `c.OpenShiftAuthenticator.sessions_act_as_user = True`
        """,
    )

    refresh_tolerance = Integer(
        3600,
        min=0,
        config=True,
        help="""
        How long a login is believed while the cluster cannot confirm it.

        Seconds since the last time that it did; an hour by default.

        Lower it where people must be locked out fast; raise it to sit out longer maintenance.

        Example: `c.OpenShiftAuthenticator.refresh_tolerance = 600`
        """,
    )

    concurrent_refreshes = Integer(
        10,
        min=1,
        config=True,
        help="""
        How many logins are refreshed side by side, of all users together.

        A number of people; 10 by default. Each costs the cluster one request, and one more for
        each entry of allowed_access and admin_access.

        Lower it to spare a small cluster when the hub was restarted with hundreds of users.

        Example: `c.OpenShiftAuthenticator.concurrent_refreshes = 4`
        """,
    )

    request_timeout = Float(
        10.0,
        min=0.1,
        config=True,
        help="""
        How long the cluster may take to answer one request.

        Seconds, for connecting and reading together; 10 by default.

        Raise it for a cluster far away.

        Example: `c.OpenShiftAuthenticator.request_timeout = 20`
        """,
    )

    @default("login_service")
    def _login_service_default(self) -> str:
        return "OpenShift"

    @default("openshift_url")
    def _openshift_url_default(self) -> str:
        host = os.environ.get("KUBERNETES_SERVICE_HOST", "")
        port = os.environ.get("KUBERNETES_SERVICE_PORT", "443")
        return make_server_url(host, port) if host else ""

    @default("service_account_dir")
    def _service_account_dir_default(self) -> str:
        return os.environ.get("SERVICE_ACCOUNT_DIR") or credentials.STANDARD_DIR

    def _client_id_default(self) -> str:
        account = self.account
        return super()._client_id_default() or (account.client_id if account else "")

    def _validate_server_cert_default(self) -> bool:
        return True  # the base's OAUTH_TLS_VERIFY=0 is an accident waiting in an environment

    @default("scope")
    def _scope_default(self) -> list[str]:
        known = reading.read_settings(self, scope=(), enable_auth_state=False)
        return list(settings.make_scope(known))

    @default("allowed_access")
    def _allowed_access_default(self) -> list[dict[str, str]]:
        return [MEMBERS] if self._nobody_said_who() else []

    @default("admin_access")
    def _admin_access_default(self) -> list[dict[str, str]]:
        return [INSTRUCTORS] if self._nobody_said_who() else []

    @default("enable_auth_state")
    def _enable_auth_state_default(self) -> bool:
        rules = self.manage_groups or self.allowed_access or self.admin_access
        wanted = bool(rules or self.sessions_act_as_user)
        # Somewhere the hub must remember whom a name belongs to.
        return (wanted or not reading.has_user_info()) and reading.has_crypt_key()

    @observe("allowed_groups", "admin_groups", "auth_state_groups_key")
    def _requires_manage_groups(self, change: object) -> None:
        """Replaces the base's, which raises while the settings load: see check_allow_config."""

    def __init__(self, **kwargs: Any) -> None:
        """Stop the start for values that no trait takes: JupyterHub would show a traceback."""
        try:
            super().__init__(**kwargs)
        except TraitError as error:
            self.log.critical("%s", error)
            raise SystemExit(1) from None

    def _nobody_said_who(self) -> bool:
        said = reading.find_names(self.config, type(self)) & reading.WHO
        return not said and self.account is not None

    def check_allow_config(self) -> None:
        """Called by JupyterHub before it starts: stop it if the settings cannot work."""
        try:
            super().check_allow_config()
            wrong = reading.list_problems(self)
        except errors.MisconfiguredError as error:  # what is mounted cannot be read
            wrong = [str(error)]
        for sentence in wrong:
            self.log.critical("%s", sentence)
        if wrong:
            raise SystemExit(1)
        for sentence in reading.list_warnings(self):
            self.log.warning("%s", sentence)

    @property
    def account(self) -> accounts.Account | None:
        """The service account that the hub runs as; None outside of openshift_url's cluster."""
        host = os.environ.get("KUBERNETES_SERVICE_HOST", "")
        is_here = accounts.is_here(self.openshift_url, host)
        return credentials.read_account(self.service_account_dir) if is_here else None
