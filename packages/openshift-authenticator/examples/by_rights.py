"""A hub in a pod: who may enter, and as what, is asked of the cluster.

Whoever may start pods in the project of the workshop is an attendee; whoever may give rights in the
hub's own project is an instructor.
"""

import os

c = get_config()  # noqa: F821 - JupyterHub provides it

c.JupyterHub.authenticator_class = "openshift-cluster"
c.OpenShiftAuthenticator.allowed_access = [
    {
        "verb": "create",
        "resource": "pods",
        "namespace": os.environ.get("WORKSHOP_PROJECT", "my-workshop"),
    },
]
c.OpenShiftAuthenticator.admin_access = [
    {
        "verb": "create",
        "group": "rbac.authorization.k8s.io",
        "resource": "rolebindings",
        "namespace": "{namespace}",
    },
]
