"""What the hub's database remembers of a server: the session that runs, and what lasts.

Names are written down, not made again: a user, a server and a workshop may be called something else
by the time that they are needed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from workshop_kube import labels
from workshop_spawner.model.session import Hub, Lasting, Session


def write_session(session: Session, uid: str) -> dict[str, str]:
    """The session that runs in the pod of this uid, as values of JSON."""
    return {
        **asdict(session.hub),
        "id": session.id,
        "user": session.user,
        "server": session.server,
        "account": session.account,
        "project": session.project,
        "pod": session.pod,
        "token_owner": session.token_owner,
        "uid": uid,
    }


def read_session(record: Any) -> Session | None:
    """The session that was written down; None where there is none, or nothing that means one."""
    values = _read_texts(record)
    names = {field.name for field in fields(Hub)}
    values = {"hub_id": "", **values}
    if not {*names, "id", "user", "server", "account", "project", "pod"} <= values.keys():
        return None
    return Session(
        Hub(**{name: values[name] for name in names}),
        values["id"],
        values["user"],
        values["server"],
        account_name=values["account"],
        project_name=values["project"],
        pod_name=values["pod"],
        token_owner=values.get("token_owner", ""),
    )


def read_lasting(record: Any) -> Lasting | None:
    """What lasts of a server, as it was written down; None where nothing was."""
    values = _read_texts(record)
    names = {field.name for field in fields(Lasting)}
    return Lasting(**{name: values[name] for name in names}) if names <= values.keys() else None


def render_note(lasting: Lasting) -> str:
    """What lasts of a server as the text of an annotation."""
    return json.dumps(asdict(lasting), sort_keys=True)


def read_notes(annotations: Mapping[str, str]) -> dict[str, Lasting]:
    """What annotations note of what lasts, by the slug of user and server; no odd ones."""
    found: dict[str, Lasting] = {}
    for key, text in annotations.items():
        if not key.startswith(labels.LASTING):
            continue
        with contextlib.suppress(ValueError):
            if lasting := read_lasting(json.loads(text)):
                found[key.removeprefix(labels.LASTING)] = lasting
    return found


def read_pod(pod: Mapping[str, Any], hub: Hub) -> Session | None:
    """The session that a pod says it is of; None where it is of none of this hub's account.

    The name of the workshop is the pod's: that of the hub may have changed since.
    """
    metadata = pod["metadata"]
    notes, marks = metadata.get("annotations") or {}, metadata.get("labels") or {}
    theirs = (notes.get(labels.REQUESTOR), notes.get(labels.NAMESPACE))
    application = notes.get(labels.DEPLOYMENT)
    if not application or theirs != (hub.requestor, hub.namespace):
        return None
    return Session(
        Hub(application, marks.get(labels.SPAWNER, hub.mode), hub.namespace, hub.requestor),
        marks.get(labels.SESSION, ""),
        notes.get(labels.USERNAME, ""),
        notes.get(labels.SERVERNAME, ""),
        account_name=notes.get(labels.ACCOUNT, ""),
        pod_name=metadata["name"],
    )


def _read_texts(record: Any) -> dict[str, str]:
    found = record if isinstance(record, Mapping) else {}
    return {key: value for key, value in found.items() if isinstance(value, str)}
