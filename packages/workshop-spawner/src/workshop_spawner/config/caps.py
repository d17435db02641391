"""How many sessions of one profile, or of one group's people, may run at once."""

from __future__ import annotations

from traitlets import Dict, HasTraits, Integer, Unicode


class CapSettings(HasTraits):
    """Limits beside `session_limit`, each with a queue of its own."""

    profile_limits = Dict(
        key_trait=Unicode(),
        value_trait=Integer(min=1),
        config=True,
        help="""
        How many sessions of a profile may run at once, beside `session_limit`.

        A dict from slugs of `profile_list` to numbers; none by default. Who chooses a profile whose
        places are taken waits in its queue, and takes no place of another one meanwhile. Counted
        are sessions that were started since it was set, and starts under way.

        Set it for profiles of which the cluster carries few, such as those with a GPU.

        Example: `c.WorkshopSpawner.profile_limits = {"gpu": 4}`
        """,
    )

    group_limits = Dict(
        key_trait=Unicode(),
        value_trait=Integer(min=1),
        config=True,
        help="""
        How many sessions of the people in a group of JupyterHub may run at once.

        A dict from names of groups to numbers; none by default. Who is in several of them takes a
        place of each. Who comes when all are taken waits in the group's queue. Counted are sessions
        that were started since it was set, and starts under way.

        Set it where several classes share a hub, so that none takes the places of another.

        Example: `c.WorkshopSpawner.group_limits = {"class-a": 20}`
        """,
    )
