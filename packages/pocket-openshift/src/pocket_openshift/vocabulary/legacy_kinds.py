"""Kinds that OpenShift 3 knew as `v1` without a group, as old templates still write them.

The server that processes a template gives them their group, and so does `oc`; the table is that of
OpenShift's own library (`legacygroupification` in openshift/library-go). Roles and bindings become
those of authorization.openshift.io, which have the old shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KINDS: Mapping[str, str] = {
    "apps": "DeploymentConfig DeploymentConfigRollback DeploymentLog DeploymentRequest",
    "authorization": "ClusterRole ClusterRoleBinding LocalResourceAccessReview "
    "LocalSubjectAccessReview ResourceAccessReview Role RoleBinding RoleBindingRestriction "
    "SelfSubjectRulesReview SubjectAccessReview SubjectRulesReview",
    "build": "BinaryBuildRequestOptions Build BuildConfig BuildLog BuildRequest",
    "image": "Image ImageSignature ImageStream ImageStreamImage ImageStreamImport "
    "ImageStreamMapping ImageStreamTag",
    "network": "ClusterNetwork EgressNetworkPolicy HostSubnet NetNamespace",
    "oauth": "OAuthAccessToken OAuthAuthorizeToken OAuthClient OAuthClientAuthorization",
    "project": "Project ProjectRequest",
    "quota": "AppliedClusterResourceQuota ClusterResourceQuota",
    "route": "Route",
    "security": "PodSecurityPolicyReview PodSecurityPolicySelfSubjectReview "
    "PodSecurityPolicySubjectReview SecurityContextConstraints",
    "template": "Template",
    "user": "Group Identity User UserIdentityMapping",
}
_GROUPS = {kind: f"{group}.openshift.io" for group, all_ in _KINDS.items() for kind in all_.split()}


def add_group(obj: Mapping[str, Any]) -> dict[str, Any]:
    """An object with the group of its kind, if it is one of these without; else as it is."""
    group = _GROUPS.get(str(obj.get("kind")).removesuffix("List"))
    if group is None or obj.get("apiVersion", "v1") != "v1":
        return dict(obj)
    return {**obj, "apiVersion": f"{group}/v1"}
