"""Every step that was recorded of a real control plane is answered alike here.

So it is on any cluster named by KUBECONFIG.
"""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest

import waiting

RECORDINGS = Path(__file__).parent / "recordings"
# Beside a checkout of the project there may be the folder that the recordings were copied from.
ORIGINALS = Path(__file__).resolve().parents[5] / "shared" / "openshift-api"
SCENARIOS = sorted(path.stem for path in RECORDINGS.glob("*.json"))

# (scenario, step, path of the field) -> why it may differ. Nothing else may.
_NOT_SERVED = (
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "node.k8s.io",
    "resource.k8s.io",
)
EXCEPTIONS: dict[tuple[str, int, str], str] = {
    **{
        ("discovery", 3, f"body.groups.{group}"): "a group that is not served is not listed"
        for group in _NOT_SERVED
    },
    ("discovery", 3, "body.groups.autoscaling.versions"): "autoscaling/v1 is not served",
    ("discovery", 2, "body.resources.componentstatuses"): "there are no components to speak of",
    ("discovery", 7, "body.resources.tokenreviews"): "reviews are at authentication.k8s.io only",
    ("discovery", 0, "body.gitCommit"): "says who really answers",
    ("discovery", 0, "body.goVersion"): "says who really answers",
    ("discovery", 0, "body.compiler"): "says who really answers",
}
# What the recorder did between two steps, before the step that is named.
BETWEEN = {
    ("projectrequests", 1): lambda world: world.make_self_provisioner("hub"),
    ("oauth", 2): lambda world: world.log_in("alice"),
    ("oauth", 8): lambda world: world.log_in("alice"),
    ("oauth-service-account", 0): lambda world: world.log_in("bob"),
    ("oauth-service-account", 3): lambda world: world.log_in("bob"),
    ("oauth-service-account", 4): lambda world: setattr(world, "client_account", "sa:nobody"),
    ("oauth-service-account", 5): lambda world: setattr(world, "client_account", "sa:hub"),
}

PLACEHOLDERS = {
    "<uid>": r"[0-9a-f-]{36}",
    "<resourceVersion>": r"\d+",
    "<time>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "<creationTimestamp>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "<jwt>": r"[\w-]+\.[\w-]+\.[\w-]+",
    "<pem>": r"-----BEGIN [\s\S]+",
    "<token>": r"[\w-]{20,}",
}
# Values that the recording's cluster drew by chance or that are its own addresses.
INCIDENTAL = (
    # A refused change of a pod ends in a diff of Go structs, which are not here.
    (r"\n@@ [\s\S]*$", r""),
    (r"kube-api-access-[a-z0-9]{5}", r"kube-api-access-[a-z0-9]{5}"),
    (r"^10\.0\.0\.\d+$", r"\d+\.\d+\.\d+\.\d+"),
    (r"^[a-z0-9]{4}$(?<=6kji)", r"[a-z0-9]{4}"),
    (r"https://localhost:6446", r"https://localhost:\d+"),
    (r"127\.0\.0\.1:6443", r"127\.0\.0\.1:\d+"),
)


# Lists in which the order says nothing.
BY_NAME = ("body.resources", "body.groups")


def by_name(items: list[dict]) -> dict[str, dict]:
    return {item["name"]: item for item in items}


def pattern_of(text: str) -> str:
    """A recorded text as a pattern: exact but for what was left out or drawn by chance."""
    pieces = re.split("(" + "|".join(map(re.escape, PLACEHOLDERS)) + ")", text)
    out = []
    for piece in pieces:
        out.append(PLACEHOLDERS.get(piece) or _incidental(piece))
    return "".join(out)


def _incidental(piece: str) -> str:
    for found, pattern in INCIDENTAL:
        match = re.search(found, piece)
        if match:
            before, after = piece[: match.start()], piece[match.end() :]
            return _incidental(before) + pattern + _incidental(after)
    return re.escape(piece)


def differences(recorded: object, answered: object, path: str = "") -> list[tuple[str, str]]:
    """Where an answer is not as recorded, as (path, sentence)."""
    if isinstance(recorded, dict) and isinstance(answered, dict):
        return object_differences(recorded, answered, path)
    if isinstance(recorded, list) and isinstance(answered, list):
        if path in BY_NAME and recorded and isinstance(recorded[0], dict):
            return differences(by_name(recorded), by_name(answered), path)
        if len(recorded) != len(answered):
            return [(path, f"recorded {len(recorded)} items, answered {len(answered)}")]
        pairs = enumerate(zip(recorded, answered, strict=True))
        return [d for n, (r, a) in pairs for d in differences(r, a, f"{path}[{n}]")]
    if isinstance(recorded, str) and isinstance(answered, str):
        if re.fullmatch(pattern_of(recorded), answered):
            return []
    elif recorded == answered and type(recorded) is type(answered):
        return []
    return [(path, f"recorded {recorded!r}, answered {answered!r}")]


def object_differences(recorded: dict, answered: dict, path: str) -> list[tuple[str, str]]:
    found = []
    for name in recorded.keys() | answered.keys():
        place = f"{path}.{name}" if path else name
        if name not in answered:
            found.append((place, f"missing; recorded {recorded[name]!r}"))
        elif name not in recorded:
            found.append((place, f"not recorded; answered {answered[name]!r}"))
        else:
            found += differences(recorded[name], answered[name], place)
    return found


def recorded_steps(scenario: str) -> list[dict]:
    return json.loads((RECORDINGS / f"{scenario}.json").read_text())["steps"]


def compare(recorded: dict, answer) -> list[tuple[str, str]]:
    found = differences(recorded["status"], answer.status, "status")
    for name, value in (recorded.get("headers") or {}).items():
        # Of several warnings the recording has the last.
        found += differences(value, (answer.headers.get_all(name) or [None])[-1], f"headers.{name}")
    if "events" in recorded:
        events = answer.body if isinstance(answer.body, list) else [answer.body]
        return found + differences(own_events(recorded["events"]), events, "events")
    return found + differences(recorded["body"], answer.body, "body")


def own_events(events: list[dict]) -> list[dict]:
    """Those of the recorded run.

    The recording's cluster also told of the same pod's earlier lives.
    """
    last_deleted = max(
        (n for n, event in enumerate(events) if event["type"] == "DELETED"), default=-1
    )
    return events[last_deleted + 1 :]


# What any cluster must answer alike, whatever its version and what else runs in it.
ESSENTIAL = re.compile(
    r"status|body\.(kind|reason|code)|body\.status\.allowed|body\.details\.causes\[\d+\]\.reason"
)


def essential(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(path, sentence) for path, sentence in found if ESSENTIAL.fullmatch(path)]


def excuse_of(scenario: str, step: int, path: str) -> tuple | None:
    """The row of the table that lets this field differ."""
    for row in EXCEPTIONS:
        wanted = row[2]
        here = path == wanted or path.startswith((wanted + ".", wanted + "["))
        if (scenario, step) == row[:2] and here:
            return row
    return None


def play_until_alike(world, step: dict, seconds: float = 10):
    """Some recorded answers came after a controller had acted: a read is repeated until it has."""
    answers = [world.play(step)]
    reads = step["request"]["method"] == "GET" and not step["request"]["path"].startswith("/oauth")
    wanted = step["response"]["status"]

    def alike():
        answers.append(world.play(step))
        return answers[-1].status == wanted

    if reads and answers[0].status != wanted:
        with contextlib.suppress(AssertionError):  # the comparison says what differs
            waiting.until(alike, seconds, pause=0.05)
    return answers[-1]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_recorded_steps_are_answered_alike(scenario, world):
    if not world.strict:
        play_on_a_real_cluster(scenario, world)
        return
    world.set_up(scenario)
    wrong, used = [], set()
    for number, step in enumerate(recorded_steps(scenario)):
        if (scenario, number) in BETWEEN:
            BETWEEN[scenario, number](world)
        answer = play_until_alike(world, step)
        if scenario == "validation" and answer.status == 201:
            world.remove_made(step["request"]["path"], answer.body)
        for path, sentence in compare(step["response"], answer):
            row = excuse_of(scenario, number, path)
            used.add(row)
            if row is None:
                wrong.append(f"{scenario}[{number}] {path}: {sentence}")
    assert not wrong, "\n".join(wrong)
    assert {row for row in EXCEPTIONS if row[0] == scenario} <= used, "an exception is not needed"


def play_on_a_real_cluster(scenario, world):
    """The same steps, where the cluster has the API; only what is essential is compared."""
    if scenario == "discovery" or scenario.startswith("oauth"):
        pytest.skip("this recording is of one server's version, or needs its users' passwords")
    if not world.serves(recorded_steps(scenario)[0]["request"]["path"]):
        pytest.skip("the cluster does not serve this API")
    world.set_up(scenario)
    wrong = []
    for number, step in enumerate(recorded_steps(scenario)):
        if (scenario, number) in BETWEEN:
            BETWEEN[scenario, number](world)
        if not world.serves(step["request"]["path"]):
            continue
        answer = play_until_alike(world, step, seconds=60)
        if scenario == "validation" and answer.status == 201:
            world.remove_made(step["request"]["path"], answer.body)
        found = essential(compare(step["response"], answer))
        wrong += [f"{scenario}[{number}] {path}: {sentence}" for path, sentence in found]
    assert not wrong, "\n".join(wrong)


def test_recordings_are_those_of_the_shared_folder():
    if not ORIGINALS.is_dir():
        return
    originals = {path.name: path.read_bytes() for path in ORIGINALS.glob("*.json")}
    copies = {path.name: path.read_bytes() for path in RECORDINGS.glob("*.json")}
    assert copies == originals
