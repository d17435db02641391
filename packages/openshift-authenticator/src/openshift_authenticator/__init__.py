"""Log in to JupyterHub with an OpenShift account, with nothing to configure."""

from openshift_authenticator.authenticator import OpenShiftAuthenticator

__version__ = "0.1.0"
__all__ = ["OpenShiftAuthenticator"]
