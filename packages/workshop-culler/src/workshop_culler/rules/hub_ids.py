"""Which of the hubs that share an application, a namespace and an account is ours?

Each writes an id of its own on what its sessions own. Told by the hub (`hub_id`), we go by it;
else only what is plain counts: there is one hub, and it is the one whose servers live.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# Equal to no id: what says whose it is, is nobody's while that is open.
NOT_KNOWN = "(not known)"


@dataclass(frozen=True, slots=True)
class HubVerdict:
    """The id of our hub, "" if nothing carries one; `problem` is a sentence where that is open."""

    hub: str = ""
    problem: str = ""


def decide_hub(
    told: str, found: Collection[str], living: Collection[str], known: str = ""
) -> HubVerdict:
    """Our hub's id: as `told`, else of the ids `found` on objects the one that can only be ours.

    `living` are those on the pods of servers that our hub has now, `known` what was decided before.
    """
    if told or known or not found:
        return HubVerdict(told or known)
    if len(found) == 1 and set(living) == set(found):
        return HubVerdict(next(iter(found)))
    return HubVerdict(
        NOT_KNOWN,
        "What sessions own carries the ids of hubs, and which is ours is not known "
        f"({', '.join(sorted(found))}): nothing of theirs is removed. Set WorkshopCuller.hub_id.",
    )
