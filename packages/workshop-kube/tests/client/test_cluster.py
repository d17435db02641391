"""The verbs against a real API, with everything that can go wrong on the way."""

import asyncio

import pytest

from workshop_kube import client, errors, labels
from workshop_kube.rules.calls import Call
from workshop_kube.rules.manifests import make_reference
from workshop_kube.rules.retries import ONCE, Patience

FAULTS = {
    "429": {"status": 429, "retry_after": 0},
    "500": {"status": 500},
    "503 twice": {"status": 503, "times": 2},
    "no answer, nothing done": {"drop": "before"},
    "no answer, yet done": {"drop": "after"},
}
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


def config(name="notes", **data):
    reference = make_reference("v1", "ConfigMap", name, "class")
    reference["metadata"]["labels"] = {labels.APP: "learn", labels.SESSION: "s1"}
    return {**reference, "data": data or {"text": "hello"}}


def binding(role):
    return {
        **make_reference("rbac.authorization.k8s.io/v1", "RoleBinding", "ada", "class"),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "User", "name": "ada", "apiGroup": "rbac.authorization.k8s.io"}],
    }


@pytest.fixture
def as_hub(cluster, kube, space):
    """The client of an account that may do nothing but look at config maps."""
    cluster.apply(
        {
            **make_reference("v1", "ServiceAccount", "hub", space),
        },
        {
            **make_reference("rbac.authorization.k8s.io/v1", "Role", "hub", space),
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}],
        },
        {
            **make_reference("rbac.authorization.k8s.io/v1", "RoleBinding", "hub", space),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "hub"},
            "subjects": [{"kind": "ServiceAccount", "name": "hub", "namespace": space}],
        },
    )
    return kube.as_owner_of(cluster.token(space, "hub"))


# Reading


@every_fault
async def test_an_object_is_read_or_firmly_gone(cluster, kube, space, fault):
    await kube.create(config())
    cluster.faults.add(verb="get", resource="configmaps", **fault)
    assert (await kube.get(config()))["data"] == {"text": "hello"}
    assert await kube.find(config("other")) is None
    with pytest.raises(errors.GoneError):
        await kube.get(config("other"))


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_only_a_firm_404_is_gone(cluster, kube, space, status):
    cluster.faults.add(verb="get", resource="configmaps", times=None, status=status)
    impatient = client.Cluster(kube.api.connection, kube.pool, patience=ONCE)
    with pytest.raises(errors.TemporaryError):
        await impatient.find(config("other"))


@every_fault
async def test_a_list_is_whole_and_says_of_what_kind_its_items_are(cluster, kube, space, fault):
    for number in range(3):
        await kube.create(config(f"notes-{number}"))
    cluster.faults.add(verb="list", resource="configmaps", **fault)
    found = await kube.list("v1", "ConfigMap", space, selector=f"{labels.SESSION}=s1")
    assert [item["metadata"]["name"] for item in found] == ["notes-0", "notes-1", "notes-2"]
    assert {item["kind"] for item in found} == {"ConfigMap"}


async def test_a_list_comes_page_by_page(kube, space, monkeypatch):
    from workshop_kube.client import watches

    monkeypatch.setattr(watches, "PAGE", 2)
    for number in range(5):
        await kube.create(config(f"notes-{number}"))
    before = kube.pool.count
    assert len(await kube.list("v1", "ConfigMap", space, selector="app=learn")) == 5
    assert kube.pool.count - before == 3


async def test_metadata_alone_may_be_asked_for(kube, space, monkeypatch):
    send, accepted = kube.api.send, []

    async def remember(call):
        accepted.append(call.accept)
        return await send(call)

    monkeypatch.setattr(kube.api, "send", remember)
    await kube.create(config())
    options = {"fields": "metadata.name=notes", "metadata_only": True}
    (found,) = await kube.list("v1", "ConfigMap", space, **options)
    assert (found["kind"], found["metadata"]["name"]) == ("ConfigMap", "notes")
    assert "as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" in accepted[-1]


# Making


@every_fault
async def test_an_object_is_made_once_whatever_happens_on_the_way(cluster, kube, space, fault):
    script = cluster.faults.add(verb="create", resource="configmaps", **fault)
    made = await kube.create(config())
    assert script.seen == script.times
    assert made["metadata"]["uid"] == (await kube.get(config()))["metadata"]["uid"]
    with pytest.raises(errors.ExistsError):
        await kube.create(config())


async def test_a_lost_answer_does_not_make_somebody_elses_object_ours(cluster, kube, space):
    await kube.create(config(text="theirs"))
    cluster.faults.add(verb="create", resource="configmaps", drop="before")
    with pytest.raises(errors.ExistsError) as caught:
        await kube.create(config(text="ours"))
    assert caught.value.is_unsure


async def test_what_the_server_names_is_not_made_twice(cluster, kube, space):
    manifest = config()
    manifest["metadata"] = {"generateName": "notes-", "namespace": space}
    cluster.faults.add(verb="create", resource="configmaps", drop="after")
    with pytest.raises(errors.TemporaryError) as caught:
        await kube.create(manifest)
    assert caught.value.is_unsure
    found = await kube.list("v1", "ConfigMap", space)
    assert len([one for one in found if one["metadata"]["name"].startswith("notes-")]) == 1
    cluster.faults.add(verb="create", resource="configmaps", status=429, retry_after=0)
    await kube.create(manifest)


@every_fault
async def test_ensure_adopts_what_an_earlier_try_made(cluster, kube, space, fault):
    cluster.faults.add(verb="create", resource="configmaps", **fault)
    first = await kube.ensure(config())
    second = await kube.ensure(config(text="changed meanwhile"))
    assert second["metadata"]["uid"] == first["metadata"]["uid"]


async def test_ensure_leaves_what_is_somebody_elses(kube, space):
    other = config()
    other["metadata"]["labels"][labels.SESSION] = "s2"
    await kube.create(other)
    with pytest.raises(errors.ExistsError):
        await kube.ensure(config())
    assert await kube.ensure(config(), is_same=lambda found, wanted: True)


async def test_ensure_leaves_what_is_ending(kube, space):
    ending = config()
    ending["metadata"]["finalizers"] = ["example.com/wait"]
    await kube.delete_exactly(await kube.create(ending))
    with pytest.raises(errors.ExistsError):
        await kube.ensure(config())


async def test_a_full_quota_may_be_full_with_this_very_object(cluster, kube, space):
    await kube.create(config())
    used = len(await kube.list("v1", "ConfigMap", space))
    cluster.apply(
        {
            **make_reference("v1", "ResourceQuota", "small", space),
            "spec": {"hard": {"count/configmaps": str(used)}},
        }
    )
    with pytest.raises(errors.RefusedError, match="exceeded quota"):
        await kube.ensure(config("other"))
    assert (await kube.ensure(config()))["data"] == {"text": "hello"}


# Changing


@every_fault
async def test_converge_brings_it_to_what_is_wanted(cluster, kube, space, fault):
    first = await kube.converge(config(text="old"))
    cluster.faults.add(verb="patch", resource="configmaps", **fault)
    second = await kube.converge(config(text="new"))
    assert second["data"] == {"text": "new"}
    assert second["metadata"]["uid"] == first["metadata"]["uid"]
    version = second["metadata"]["resourceVersion"]
    assert (await kube.converge(config(text="new")))["metadata"]["resourceVersion"] == version


async def test_converge_goes_on_when_somebody_else_was_faster(cluster, kube, space):
    await kube.converge(config(text="old"))
    script = cluster.faults.add(verb="patch", resource="configmaps", status=409, times=2)
    assert (await kube.converge(config(text="new")))["data"] == {"text": "new"}
    assert script.seen == 2


async def test_converge_sees_into_a_secret(kube, space):
    secret = {**make_reference("v1", "Secret", "key", space), "stringData": {"text": "old"}}
    await kube.converge(secret)
    changed = await kube.converge({**secret, "stringData": {"text": "new"}})
    assert changed["data"] == {"text": "bmV3"}


async def test_a_binding_to_another_role_is_made_anew(kube, space):
    first = await kube.converge(binding("view"))
    second = await kube.converge(binding("edit"))
    assert second["roleRef"]["name"] == "edit"
    assert second["metadata"]["uid"] != first["metadata"]["uid"]


async def test_a_change_is_of_that_very_object(kube, space):
    made = await kube.create(config())
    changed = await kube.change(config(), {"data": {"more": "1", "text": None}})
    assert changed["data"] == {"more": "1"}
    old = {"resourceVersion": made["metadata"]["resourceVersion"]}
    with pytest.raises(errors.ConflictError):
        await kube.change(config(), {"metadata": old, "data": {"more": "2"}})
    with pytest.raises(errors.ConflictError):
        await kube.change(config(), {"metadata": {"uid": "1-2-3"}, "data": {"more": "2"}})
    with pytest.raises(errors.GoneError):
        await kube.change(config("other"), {"data": {}})


async def test_a_status_is_changed_by_its_subresource(kube, space):
    pod = make_reference("v1", "Pod", "web", space)
    await kube.create({**pod, "spec": {"containers": [{"name": "web", "image": "web"}]}})
    changed = await kube.change(pod, {"status": {"phase": "Running"}}, "status")
    assert changed["status"]["phase"] == "Running"
    assert (await kube.get(pod, "status"))["status"]["phase"] == "Running"


# Deleting


@every_fault
async def test_delete_deletes_once(cluster, kube, space, fault):
    made = await kube.create(config())
    cluster.faults.add(verb="delete", resource="configmaps", **fault)
    await kube.delete_exactly(made)
    assert await kube.find(config()) is None
    assert await kube.delete_exactly(made) is False


async def test_delete_says_that_it_did(kube, space):
    assert await kube.delete_exactly(await kube.create(config())) is True


async def test_delete_spares_a_successor_of_the_same_name(kube, space):
    first = await kube.create(config())
    await kube.delete_exactly(first)
    second = await kube.create(config())
    assert await kube.delete_exactly(first) is False
    assert (await kube.get(config()))["metadata"]["uid"] == second["metadata"]["uid"]


async def test_delete_spares_what_was_changed_since(kube, space):
    made = await kube.create(config())
    await kube.change(config(), {"data": {"text": "new"}})
    with pytest.raises(errors.ConflictError):
        await kube.delete_exactly(made, is_unchanged=True)
    assert await kube.delete_exactly(await kube.get(config()), is_unchanged=True)


async def test_a_requested_project_is_deleted_by_its_admin(cluster, kube):
    cluster.add_user("ada", "secret")
    request = make_reference("project.openshift.io/v1", "ProjectRequest", "ada")
    cluster.apply(make_reference("v1", "Namespace", "shared"))
    token = await make_user_token(cluster, kube)
    ada = kube.as_owner_of(token)
    await ada.create(request)
    project = await kube.get(make_reference("v1", "Namespace", "ada"))
    assert await ada.delete_exactly(project)
    with pytest.raises(errors.ForbiddenError, match="namespaces"):
        await ada.delete_exactly(await kube.get(make_reference("v1", "Namespace", "shared")))


async def make_user_token(cluster, kube):
    """A token of the user ada, as the OAuth server would give one."""
    user = await kube.ensure(
        make_reference("user.openshift.io/v1", "User", "ada"), lambda found, wanted: True
    )
    from workshop_kube.openshift_login.tokens import make_token_name

    await kube.create(
        {
            **make_reference(
                "oauth.openshift.io/v1", "OAuthAccessToken", make_token_name("sha256~secret")
            ),
            "userName": "ada",
            "userUID": user["metadata"]["uid"],
            "clientName": "openshift-challenging-client",
            "scopes": ["user:full"],
            "expiresIn": 3600,
            "redirectURI": "https://localhost/",
        }
    )
    return "sha256~secret"


# Rights and names


async def test_a_missing_right_names_the_rule(as_hub):
    with pytest.raises(errors.ForbiddenError) as caught:
        await as_hub.ensure(config())
    assert (
        caught.value.rule == '- apiGroups: [""]\n  resources: ["configmaps"]\n  verbs: ["create"]\n'
    )


async def test_what_no_right_mends_is_a_refusal(kube, space):
    with pytest.raises(errors.RefusedError, match="422"):
        await kube.create(config("Not_A_Name"))


async def test_what_one_may(as_hub, space):
    assert await as_hub.may(verb="get", resource="configmaps", namespace=space)
    assert not await as_hub.may(verb="delete", resource="configmaps", namespace=space)


async def test_who_one_is(cluster, kube, as_hub, space):
    assert (await kube.whoami()).name == "system:admin"
    found = await as_hub.whoami()
    assert found.name == f"system:serviceaccount:{space}:hub"
    assert "system:serviceaccounts" in found.groups
    with pytest.raises(errors.UnauthorizedError):
        await kube.as_owner_of("nonsense").whoami()


async def test_an_openshift_user(cluster, kube):
    cluster.add_user("ada", "secret")
    ada = kube.as_owner_of(await make_user_token(cluster, kube))
    assert (await ada.get_openshift_user())["metadata"]["name"] == "ada"
    assert (await ada.whoami()).name == "ada"


async def test_who_one_is_to_a_cluster_without_self_reviews(cluster, kube):
    cluster.add_user("ada", "secret")
    ada = kube.as_owner_of(await make_user_token(cluster, kube))
    script = cluster.faults.add(verb="create", resource="selfsubjectreviews", status=404)
    assert (await ada.whoami()).name == "ada"
    assert script.seen


async def test_two_callers_share_a_pool_and_nothing_else(kube, as_hub):
    names = await asyncio.gather(*[who.whoami() for who in (kube, as_hub) for _ in range(10)])
    assert len({name.name for name in names}) == 2
    assert as_hub.pool is kube.pool
    await as_hub.close()
    assert await kube.whoami()


# Kinds


async def test_kinds_that_are_in_no_table(cluster, kube, space):
    kind = ("apps/v1", "Deployment")
    assert await kube.list(*kind, space) == []
    assert await kube.is_namespaced({"apiVersion": kind[0], "kind": kind[1]})
    assert not await kube.is_namespaced({"apiVersion": "v1", "kind": "Namespace"})
    with pytest.raises(errors.RefusedError, match="no Gizmo"):
        await kube.list("apps/v1", "Gizmo")
    assert await kube.has_api("route.openshift.io/v1")
    assert not await kube.has_api("gizmo.example/v1")


async def test_all_kinds_that_can_be_listed_and_patched(kube):
    found, broken = await kube.list_kinds("list", "patch")
    assert {"ConfigMap", "Route", "Deployment"} <= {kind.kind for kind in found}
    assert broken == []


# Time


async def test_patience_ends(cluster, kube):
    cluster.faults.add(verb="*", resource="*", times=None, status=500)
    for patience in (
        Patience(total=0.3, first_wait=0.05),
        Patience(tries=3, first_wait=0.01),
    ):
        impatient = client.Cluster(kube.api.connection, kube.pool, patience=patience)
        with pytest.raises(errors.TemporaryError):
            await impatient.whoami()


async def test_a_cluster_that_is_away_is_a_temporary_error(cluster, kube):
    cluster.stop()
    impatient = client.Cluster(kube.api.connection, kube.pool, patience=ONCE)
    with pytest.raises(errors.TemporaryError) as caught:
        await impatient.find(config())
    assert caught.value.status == 0


async def test_any_other_request(kube):
    assert (await kube.send(Call("GET", "/version"))).document["major"] == "1"
    assert kube.api.date is not None
