"""What an administrator decides about pods that run ahead of their visitors."""

from __future__ import annotations

from traitlets import HasTraits, Integer, List, Unicode


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
