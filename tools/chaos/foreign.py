"""What stands beside the workshop and is nobody's but its owner's, some of it almost like ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.cluster_view import ClusterView, name_of, see
from chaos.rules.invariants import Seen

NAMESPACE = "neighbour"
# As a hub of another namespace writes it on what it owns.
LABELS = {"app": "workshop", "class": "session", "user": "erin", "spawner": "learning-portal"}
NOTES = {
    "spawner/requestor": "system:serviceaccount:neighbour:hub",
    "spawner/namespace": "neighbour",
    "spawner/deployment": "workshop",
    "spawner/account": "workshop-erin",
    "spawner/session": "workshop-erin",
}
CORE = "/api/v1/namespaces"


def make_foreign() -> list[tuple[str, str, dict[str, Any]]]:
    """Kind, path and manifest of each."""
    inside, ours = f"{CORE}/{NAMESPACE}", f"{CORE}/workshop"
    # Nobody runs it: its version changes only when somebody touches it.
    pod = {"containers": [{"name": "c", "image": "x"}], "schedulingGates": [{"name": "never/run"}]}
    return [
        ("project", CORE, {"metadata": {"name": NAMESPACE}}),
        ("project", CORE, {"metadata": {"name": "workshop-dora"}}),
        ("project", CORE, make_meta("workshop-erin", LABELS, NOTES)),
        ("account", f"{inside}/serviceaccounts", {"metadata": {"name": "hub"}}),
        ("account", f"{inside}/serviceaccounts", make_meta("workshop-erin", LABELS, NOTES)),
        ("account", f"{ours}/serviceaccounts", {"metadata": {"name": "workshop-dora"}}),
        ("secret", f"{inside}/secrets", make_meta("workshop-erin", LABELS, NOTES)),
        ("pod", f"{inside}/pods", {**make_meta("workshop-erin", LABELS, NOTES), "spec": pod}),
        ("pod", f"{ours}/pods", {"metadata": {"name": "jupyter-dora"}, "spec": pod}),
    ]


def make_meta(name: str, labels: Mapping[str, str], notes: Mapping[str, str]) -> dict[str, Any]:
    """The metadata of something that looks like a session's."""
    return {"metadata": {"name": name, "labels": dict(labels), "annotations": dict(notes)}}


async def put_foreign(view: ClusterView) -> list[Seen]:
    """Make them all; what they are before anything goes wrong."""
    for _, path, manifest in make_foreign():
        await view.create(path, manifest)
    return await see_foreign(view)


async def see_foreign(view: ClusterView) -> list[Seen]:
    """What they are now."""
    names = set(list_names())
    seen = []
    for kind in {kind for kind, _, _ in make_foreign()}:
        items = await view.list(kind)
        seen += [see(kind, item) for item in items if name_of(kind, item) in names]
    return sorted(seen, key=lambda each: each.name)


def list_names() -> list[str]:
    """All of them, as "kind/namespace/name"."""
    found = []
    for kind, path, manifest in make_foreign():
        words = path.split("/")
        namespace = words[4] if len(words) > 4 else ""
        found.append(f"{kind}/{namespace}/{manifest['metadata']['name']}")
    return found


def is_foreign(name: str) -> bool:
    """Whether something with our labels is one of these."""
    return name in list_names()
