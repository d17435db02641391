"""The two Python clients for Kubernetes, as they come from PyPI."""

import pytest

POD = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}


async def test_kubernetes_asyncio(cluster):
    library = pytest.importorskip("kubernetes_asyncio", reason="pip install kubernetes-asyncio")
    from kubernetes_asyncio import client, config, watch

    settings = client.Configuration()
    await config.load_kube_config(str(cluster.kubeconfig), client_configuration=settings)
    assert library.__version__
    async with client.ApiClient(settings) as api:
        core = client.CoreV1Api(api)
        await core.create_namespace({"metadata": {"name": "a"}})
        version = (await core.list_namespaced_pod("a")).metadata.resource_version
        await core.create_namespaced_pod("a", POD)
        await core.patch_namespaced_pod("p", "a", {"metadata": {"labels": {"x": "y"}}})
        await core.delete_namespaced_pod("p", "a")
        async with watch.Watch().stream(
            core.list_namespaced_pod, "a", resource_version=version, timeout_seconds=1
        ) as events:
            seen = [event["type"] async for event in events]
        # An unscheduled pod's deletion is written on it before it goes, as a real server does.
        assert seen == ["ADDED", "MODIFIED", "MODIFIED", "DELETED"]
        with pytest.raises(client.ApiException) as caught:
            await core.read_namespaced_pod("p", "a")
        assert caught.value.status == 404
        review = client.V1SelfSubjectAccessReview(
            spec=client.V1SelfSubjectAccessReviewSpec(
                resource_attributes=client.V1ResourceAttributes(verb="get", resource="pods")
            )
        )
        answer = await client.AuthorizationV1Api(api).create_self_subject_access_review(review)
        assert answer.status.allowed
        await core.delete_namespace("a")


def test_kubernetes(cluster):
    pytest.importorskip("kubernetes", reason="pip install kubernetes")
    from kubernetes import client, config, watch

    with config.new_client_from_config(str(cluster.kubeconfig)) as api:
        core = client.CoreV1Api(api)
        core.create_namespace({"metadata": {"name": "a"}})
        core.create_namespaced_pod("a", POD)
        assert [pod.metadata.name for pod in core.list_namespaced_pod("a").items] == ["p"]
        stream = watch.Watch().stream(core.list_namespaced_pod, "a", timeout_seconds=1)
        assert [event["object"].metadata.name for event in stream] == ["p"]
        token = core.create_namespaced_service_account_token(
            "default", "a", client.AuthenticationV1TokenRequest(spec={"audiences": []})
        )
        assert cluster.request("GET", "/api", token=token.status.token).status == 200
        core.delete_namespace("a")
        with pytest.raises(client.ApiException) as caught:
            core.read_namespace("a")
        assert caught.value.status == 404


def test_the_dynamic_client(cluster):
    pytest.importorskip("kubernetes", reason="pip install kubernetes")
    from kubernetes import config, dynamic

    with config.new_client_from_config(str(cluster.kubeconfig)) as api:
        found = dynamic.DynamicClient(api)
        routes = found.resources.get(api_version="route.openshift.io/v1", kind="Route")
        body = {"metadata": {"name": "r"}, "spec": {"to": {"kind": "Service", "name": "s"}}}
        made = routes.create(body=body, namespace="default")
        assert made.spec.host == "r-default.apps.localtest"
