"""What the cluster's refusals and its silence mean for a login, in sentences for people."""

from __future__ import annotations

from openshift_authenticator import errors
from workshop_kube.errors import CertificateError, KubeError, TemporaryError

LONGEST_MESSAGE = 300


def make_error(error: KubeError, what: str, host: str) -> errors.LoginError:
    """The error of a login for one of the cluster's at `host`, which was asked to `what`."""
    if isinstance(error, CertificateError):
        return errors.ClusterError(
            f"{error.message[:1].upper()}{error.message[1:]}. Give the bundle that signed it as "
            "OpenShiftAuthenticator.api_ca_file (API) or oauth_ca_file (login page)."
        )
    if not error.status:
        return make_silence(error.message)
    if error.status < 300:
        return errors.BadDocumentError(
            f"{host} was asked to {what} and answered no JSON object that says it."
        )
    message = error.message[:LONGEST_MESSAGE]
    detail = f": {message}" if message else ""
    retry_after = error.retry_after if isinstance(error, TemporaryError) else None
    return errors.ClusterError(
        f"The cluster was asked to {what} and answered {error.status}{detail}",
        status=error.status,
        retry_after=retry_after,
    )


def make_silence(message: str) -> errors.ClusterError:
    """The error when no answer came."""
    return errors.ClusterError(f"The cluster did not answer: {message}.")
