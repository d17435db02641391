"""The verbs against a real API, with everything that can go wrong on the way."""

import pytest

from workshop_kube import errors, labels
from workshop_kube.rules.manifests import make_reference


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


# Making


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


async def test_converge_brings_it_to_what_is_wanted(cluster, kube, space, fault):
    first = await kube.converge(config(text="old"))
    cluster.faults.add(verb="patch", resource="configmaps", **fault)
    second = await kube.converge(config(text="new"))
    assert second["data"] == {"text": "new"}
    assert second["metadata"]["uid"] == first["metadata"]["uid"]
    version = second["metadata"]["resourceVersion"]
    assert (await kube.converge(config(text="new")))["metadata"]["resourceVersion"] == version


async def test_converge_takes_out_what_is_no_longer_wanted(kube, space):
    await kube.converge(config(text="old", more="old"))
    assert (await kube.converge(config(text="new")))["data"] == {"text": "new"}


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


async def test_a_requested_project_is_deleted_by_its_admin(cluster, kube, ada):
    request = make_reference("project.openshift.io/v1", "ProjectRequest", "ada")
    cluster.apply(make_reference("v1", "Namespace", "shared"))
    await ada.create(request)
    project = await kube.get(make_reference("v1", "Namespace", "ada"))
    assert await ada.delete_exactly(project)
    with pytest.raises(errors.ForbiddenError, match="namespaces"):
        await ada.delete_exactly(await kube.get(make_reference("v1", "Namespace", "shared")))


# Refused


async def test_a_missing_right_names_the_rule(as_hub):
    with pytest.raises(errors.ForbiddenError) as caught:
        await as_hub.ensure(config())
    assert (
        caught.value.rule == '- apiGroups: [""]\n  resources: ["configmaps"]\n  verbs: ["create"]\n'
    )


async def test_what_no_right_mends_is_a_refusal(kube, space):
    with pytest.raises(errors.RefusedError, match="422"):
        await kube.create(config("Not_A_Name"))
