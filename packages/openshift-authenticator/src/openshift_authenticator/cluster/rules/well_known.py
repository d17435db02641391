"""What the cluster's answer to "where is the OAuth server?" means for a login."""

from __future__ import annotations

from openshift_authenticator import errors
from workshop_kube.openshift_login import endpoints

NOT_OPENSHIFT = (
    "{url} has no OAuth server: {reason}. If the cluster hands its logins to an external "
    "OpenID Connect provider, use oauthenticator's GenericOAuthenticator with that provider; "
    "if it is another Kubernetes, OpenShiftAuthenticator.openshift_url names the wrong cluster."
)


def parse_answer(status: int, body: bytes, url: str) -> endpoints.Endpoints:
    """Read the answer that `url` gave.

    Raises NotOpenShiftError for 401, 403 and 404, BadDiscoveryError for a document that cannot be
    used, ClusterError for any other status than 200.
    """
    if status == 200:
        try:
            return endpoints.parse_body(body, url)
        except endpoints.EndpointsError as error:
            raise errors.BadDiscoveryError(str(error)) from None
    raise _make_error(status, url)


def _make_error(status: int, url: str) -> errors.LoginError:
    if status == 404:
        return errors.NotOpenShiftError(NOT_OPENSHIFT.format(url=url, reason="it is switched off"))
    if status in (401, 403):
        reason = f"it does not publish one to everybody ({status})"
        return errors.NotOpenShiftError(NOT_OPENSHIFT.format(url=url, reason=reason))
    if 300 <= status < 400:
        return errors.BadDiscoveryError(
            f"{url} redirects instead of answering; openshift_url must be the API itself."
        )
    sentence = f"{url} answered {status} when asked where to log in; try again in a moment."
    return errors.ClusterError(sentence, status=status)
