"""What an administrator decides about pods that run ahead of their visitors."""

from __future__ import annotations

from traitlets import HasTraits, Integer, List, TraitError, Unicode, validate
from traitlets.utils.bunch import Bunch

from workshop_spawner.rules.reserve import schedule


class WarmPodSettings(HasTraits):
    """How many pods wait, for how long, and how."""

    reserved_pods = Integer(
        0,
        min=0,
        config=True,
        help="""
        In how many of the `reserved_sessions` a pod runs already and waits for its visitor, so that
        neither the image nor the start of a pod is waited for.

        A number, at most `reserved_sessions`; 0 for none. Each takes the memory and the processor
        that a session asks for, and a place of the hub's quota. With `session_limit` no more wait
        than places are free. Visitors whose pod would be another one (a profile, a group) get a new
        pod, in a reserved session.

        Set it to as many as may come in the same seconds. The session's image needs
        `workshop-launch`, as ours have. Not where visitors have a home, a console or their own
        token: the hub says so when it starts. It needs the verb `patch` on pods.

        Example: `c.WorkshopSpawner.reserved_pods = 10`
        """,
    )

    reserve_schedule = List(
        Unicode(),
        config=True,
        help="""
        Times at which more sessions are kept ready than `reserved_sessions` and `reserved_pods`.

        A list of lines, none by default: `DAYS FROM-UNTIL ZONE SESSIONS[/PODS]`, with days such as
        `mon-fri`, `mon,wed` or `daily` and a zone such as `Europe/Berlin`, or once
        `BEGIN END SESSIONS[/PODS]`, with times that have their zone. Of all that hold at a time
        the larger numbers count.

        Set it for classes that come again. Let it begin a quarter of an hour before they do.

        Example: `c.WorkshopSpawner.reserve_schedule = ["mon-fri 08:45-09:30 Europe/Berlin 40/40"]`
        """,
    )

    @validate("reserve_schedule")
    def _refuse_unreadable(self, proposal: Bunch) -> object:
        try:
            schedule.parse_schedule(proposal.value)
        except ValueError as error:
            raise TraitError(f"WorkshopSpawner.reserve_schedule: {error}") from None
        return proposal.value

    reserved_pod_age = Integer(
        6 * 3600,
        min=60,
        config=True,
        help="""
        How old a pod of `reserved_pods` may become before another one takes its place.

        Seconds; six hours by default. A session's own time begins when it is handed over, so this
        is about what pods are made of: an image whose tag moves is pulled with the next pod.

        Make it shorter where the image changes under the same name during the day.

        Example: `c.WorkshopSpawner.reserved_pod_age = 3600`
        """,
    )

    reserved_pod_launcher = List(
        Unicode(),
        default_value=["workshop-launch"],
        minlen=1,
        config=True,
        help="""
        Command of the launcher in the session's image, put before `cmd` in pods that wait.

        A list of words; `workshop-launch` by default. Where `cmd` is empty, the image's own command
        runs, which has to call the launcher by itself where `WORKSHOP_HANDOVER` is set: our
        images do.

        Change it for an image that has the launcher outside of its PATH.

        Example: `c.WorkshopSpawner.reserved_pod_launcher = ["/opt/tools/bin/workshop-launch"]`
        """,
    )
