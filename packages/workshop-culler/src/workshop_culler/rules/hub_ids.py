"""Which of the hubs that share an application, a namespace and an account is ours?

Each writes an id of its own on what its sessions own, and the one that runs holds a Lease of the
application by that id. Told ours by the hub (`hub_id`), we go by it; else only what is plain
counts: there is one hub, and it is the one whose servers live.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# Equal to no id: what says whose it is, is nobody's while that is open.
NOT_KNOWN = "(not known)"


@dataclass(frozen=True, slots=True)
class HubVerdict:
    """The id that objects may carry to be ours, "" for any; `known` is our hub's, as far as known.

    `problem` is a sentence where it is open which is ours.
    """

    hub: str = ""
    known: str = ""
    problem: str = ""


def decide_hub(
    told: str, found: Collection[str], living: Collection[str], known: str = "", holder: str = ""
) -> HubVerdict:
    """Which of the ids `found` on objects are ours: that of our hub, or any where it is the heir.

    Our hub's id is as `told`, or `known` from before, or the only one, if `living` on the pods of
    servers that our hub has now. `holder` has the Lease ("" if nobody is known to): our hub then is
    alone, and what carries another id is of one that is gone, such as before its database was lost.
    """
    ours = told or known
    if not ours and len(found) == 1 and set(living) == set(found):
        ours = next(iter(found))
    if not found:
        return HubVerdict(ours, ours)
    if not ours:
        ids = ", ".join(sorted(found))
        return HubVerdict(
            NOT_KNOWN,
            problem=f"What sessions own carries the ids of hubs ({ids}), and which is ours is not "
            "known: nothing of theirs is removed. Set WorkshopCuller.hub_id.",
        )
    if holder and holder != ours:
        return HubVerdict(
            NOT_KNOWN,
            ours,
            f"Another hub ({holder}) holds the application: nothing of its sessions is removed.",
        )
    return HubVerdict("" if holder else ours, ours)
