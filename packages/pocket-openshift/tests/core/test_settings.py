"""How a cluster is called."""

from __future__ import annotations

from pocket_openshift.core.settings import Settings


def test_the_defaults_are_a_real_clusters_times():
    settings = Settings()
    assert settings.token_cache_seconds == 10, "shared/openshift-api: ten seconds after it is gone"
    assert settings.audience == "https://kubernetes.default.svc"


def test_two_clusters_share_no_setting():
    one, other = Settings(), Settings()
    one.subdomain = "apps.one.test"
    assert other.subdomain != one.subdomain
