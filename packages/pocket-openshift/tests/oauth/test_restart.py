"""With `--data` a login outlives the server: tokens, users, approvals, clients are there again."""

import pytest

from pocket_openshift import testing

ME = "/apis/user.openshift.io/v1/users/~"


@pytest.fixture
def log_in(helpers):
    def get(cluster, **more):
        visitor = helpers.Visitor(cluster)
        path = helpers.authorize("console", scope="user:full", **more)
        code = visitor.get(path, **helpers.basic()).said["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": helpers.HUB,
            "client_id": "console",
            "client_secret": "s3cret",
        }
        return visitor.post("/oauth/token", form).json["access_token"]

    return get


@pytest.fixture
def console(helpers):
    return {
        "apiVersion": "oauth.openshift.io/v1",
        "kind": "OAuthClient",
        "metadata": {"name": "console"},
        "secret": "s3cret",
        "grantMethod": "auto",
        "redirectURIs": [helpers.HUB],
        "accessTokenMaxAgeSeconds": 600,
    }


def test_a_token_is_good_after_a_restart(tmp_path, log_in, console):
    with testing.PocketCluster(data=tmp_path) as cluster:
        cluster.add_user("alice", "pw-alice", ["students"])
        cluster.apply(console)
        token = log_in(cluster)
        before = cluster.request("GET", ME, token=token).body
    with testing.PocketCluster(data=tmp_path) as cluster:
        assert cluster.request("GET", ME, token=token).body == before
        cluster.add_user("alice", "pw-alice", ["teachers"])
        assert cluster.request("GET", ME, token=log_in(cluster)).body["groups"][-1] == "teachers"
        ends = cluster.run(lambda: ends_of(cluster))
        assert len(ends._timers) >= 2, "what was loaded ends, too"


def ends_of(cluster):
    return next(b for b in cluster.plane.behaviours if type(b).__name__ == "Ends")


def test_the_clusters_own_clients_know_its_new_address(tmp_path):
    for _ in range(2):
        with testing.PocketCluster(data=tmp_path) as cluster:
            path = "/apis/oauth.openshift.io/v1/oauthclients/openshift-challenging-client"
            kept = cluster.request("GET", path).body
            assert kept["redirectURIs"] == [f"{cluster.oauth_url}/oauth/token/implicit"]
