"""templates/kubernetes: what kustomize makes of it, and that it is what the chart makes."""

import hub_settings
import pytest
import yaml

import helm
import kustomize

pytestmark = [pytest.mark.programs, helm.need("kubectl")]

OVERLAYS = ("ingress", "gateway")
HOST = "intro.example.com"
VALUES = {
    "ingress": {"ingress__enabled": True, "ingress__tlsSecret": "workshop-tls"},
    "gateway": {
        "httpRoute__enabled": True,
        "httpRoute__parentRefs": [{"name": "public", "namespace": "gateways"}],
    },
}


@pytest.fixture
def copied(tmp_path):
    """`copied("ingress", mode=..., name=..., namespace=...)`: a copy, edited as they say."""

    def copy(overlay, **names):
        folder = tmp_path / "-".join((overlay, *names.values()))
        return kustomize.copy_overlay(folder, overlay, host=HOST, **names)

    return copy


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_as_it_lies_there_it_is_valid(overlay):
    made = kustomize.build(kustomize.OVERLAYS / overlay)
    assert [problem for one in made if (problem := helm.problem_with_manifest(one))] == []
    assert all(one["metadata"]["labels"]["app"] == "workshop" for one in made)
    settings = helm.find(made, "ConfigMap", plain(made, "settings"))
    assert hub_settings.read_settings(settings["data"]).service == "workshop-spawner"


def plain(made, middle):
    """The name of a generated object, with the digest at its end."""
    (name,) = [n for n in (one["metadata"]["name"] for one in made) if f"-{middle}-" in n]
    return name


def normalize(manifests):
    """The objects by kind and name, without what kustomize and helm each have of their own."""
    digests = {}
    for one in manifests:
        name = one["metadata"]["name"]
        if one["kind"] in ("ConfigMap", "Secret"):
            digests[name] = "-".join(name.split("-")[:2])
    text = yaml.safe_dump_all(manifests)
    for name, bare in digests.items():
        text = text.replace(name, bare)
    found = {}
    for one in yaml.safe_load_all(text):
        app = one["metadata"]["labels"]["app"]
        one["metadata"] = {"name": one["metadata"]["name"], "labels": {"app": app}}
        if one["kind"] == "Deployment":
            template = one["spec"]["template"]
            template["metadata"].pop("annotations", None)
            for volume in template["spec"]["volumes"]:
                if volume["name"] == "resources":
                    volume["configMap"]["name"] = "resources"  # optional, of a name of its own
        for subject in one.get("subjects", ()):
            subject.setdefault("namespace", "teach")
        if one["kind"] == "Secret":
            one.pop("data")
        found[one["kind"], one["metadata"]["name"]] = one
    return found


@pytest.mark.parametrize("mode", kustomize.RIGHTS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_it_makes_what_the_chart_makes(copied, overlay, mode):
    if reason := helm.problem_with("helm"):
        pytest.skip(reason)
    ours = normalize(kustomize.build(copied(overlay, mode=mode)))
    login = {} if mode == "learning-portal" else {"oauthSecret": "workshop-login"}
    values = {"mode": mode, "host": HOST, **login, **VALUES[overlay]}
    chart = normalize(helm.render(**values, hub__config="# mine\n"))
    assert ours.pop(("Namespace", "teach"))
    ours["ConfigMap", "intro-configs"]["data"] = chart["ConfigMap", "intro-configs"]["data"]
    assert set(ours) == set(chart)
    for key, one in chart.items():
        assert ours[key] == one, key


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_images_can_be_on_the_nodes_before(copied, overlay):
    folder = copied(overlay)
    kustomize.edit(
        folder / "kustomization.yaml",
        ("# - ../../components/pre-pull", "- ../../components/pre-pull"),
    )
    made = {(one["kind"], one["metadata"]["name"]): one for one in kustomize.build(folder)}
    daemons = made["DaemonSet", "intro-pre-pull"]
    settings = next(
        one for (kind, name), one in made.items() if kind == "ConfigMap" and "settings" in name
    )
    pod = daemons["spec"]["template"]
    images = {
        one["image"] for part in ("initContainers", "containers") for one in pod["spec"][part]
    }
    assert images == {settings["data"]["TERMINAL_IMAGE"]}
    wanted = {"app": "intro", "component": "pre-pull"}
    assert daemons["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"] == wanted
    policy = made["NetworkPolicy", "intro-pre-pull"]["spec"]
    assert policy["podSelector"]["matchLabels"] == wanted
    assert (policy.get("ingress"), policy.get("egress")) == (None, None)


def test_the_two_overlays_differ_in_the_way_in_alone():
    shared = []
    for name in OVERLAYS:
        text = (kustomize.OVERLAYS / name / "kustomization.yaml").read_text()
        read = yaml.safe_load(text)
        read["resources"] = read["resources"][:-1]
        read["replacements"] = read["replacements"][:2]
        shared.append((read, text.partition("resources:")[0].replace(f"overlays/{name}", "")))
    assert shared[0] == shared[1]
    for name in ("namespace.yaml", "settings.env", "secrets.env", "jupyterhub_config.py"):
        assert (kustomize.OVERLAYS / "gateway" / name).read_text() == (
            kustomize.OVERLAYS / "ingress" / name
        ).read_text()


def test_two_workshops_share_no_name(copied):
    pairs = [("one", "teach"), ("two", "teach"), ("one", "other")]
    wide, inside = [], []
    for name, namespace in pairs:
        made = kustomize.build(copied("ingress", name=name, namespace=namespace))
        wide += [
            (one["kind"], one["metadata"]["name"])
            for one in made
            if one["kind"].startswith("Cluster")
        ]
        inside += [
            (one["kind"], one["metadata"]["namespace"], one["metadata"]["name"])
            for one in made
            if "namespace" in one["metadata"]
        ]
    assert len(set(wide)) == len(wide) == 6 * len(pairs)
    assert len(set(inside)) == len(inside)


def test_a_changed_setting_starts_a_new_hub(copied):
    folder = copied("ingress")
    before = helm.find(kustomize.build(folder), "Deployment")
    kustomize.edit(folder / "settings.env", (HOST, "other.example.com"))
    made = kustomize.build(folder)
    assert helm.find(made, "Deployment") != before
    assert helm.find(made, "Ingress")["spec"]["rules"][0]["host"] == "other.example.com"
