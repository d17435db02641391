import time

API = "/apis/oauth.openshift.io/v1"


def test_a_token_leaves_the_store_when_it_ends(people, token_for):
    path = f"{API}/oauthclients/console"
    merge = {"Content-Type": "application/merge-patch+json"}
    people.request("PATCH", path, {"accessTokenMaxAgeSeconds": 1}, headers=merge)
    token_for("user:full")
    deadline = time.monotonic() + 10
    watch = "?watch=true&timeoutSeconds=5"
    kept = people.request("GET", f"{API}/oauthaccesstokens")
    while kept.body["items"] and time.monotonic() < deadline:
        version = kept.body["metadata"]["resourceVersion"]
        people.request("GET", f"{API}/oauthaccesstokens{watch}&resourceVersion={version}")
        kept = people.request("GET", f"{API}/oauthaccesstokens")
    assert kept.body["items"] == []
