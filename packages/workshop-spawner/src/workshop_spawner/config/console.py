"""What an administrator decides about the web console of sessions: traits, and what they mean."""

from __future__ import annotations

from traitlets import Enum, HasTraits, List, TraitError, Unicode, validate
from traitlets.utils.bunch import Bunch

from workshop_spawner.config.trait_types import QuantityTrait
from workshop_spawner.manifests import console
from workshop_spawner.rules import plan


class ConsoleSettings(HasTraits):
    """OpenShift's web console beside the terminal, with the session's own login."""

    console_image = Unicode(
        config=True,
        help="""
        Image of OpenShift's web console, run in each session's pod; empty for none.

        Name of an image. The console acts as the session does (`identity`), listens on the pod's
        loopback only, and is reached through the session's own server, behind the hub's login.

        Set it when attendees should see their project in the console, to the image of your
        cluster's own version.

        Example: `c.WorkshopSpawner.console_image = "openshift/origin-console:4.20"`
        """,
    )

    console_memory = QuantityTrait(
        "128Mi",
        config=True,
        help="""
        Memory of the console's container, asked for and at most.

        A quantity; empty for no limit. It comes on top of the session's own `mem_limit`.

        Raise it when the console is ended for lack of memory.

        Example: `c.WorkshopSpawner.console_memory = "256Mi"`
        """,
    )

    console_branding = Enum(
        ["openshift", "okd", "ocp", "online", "dedicated", "azure", "rosa"],
        "openshift",
        config=True,
        help="""
        Whose name and logo the console shows.

        `openshift`, `okd`, `ocp`, `online`, `dedicated`, `azure` or `rosa`.

        Change it to what attendees know.

        Example: `c.WorkshopSpawner.console_branding = "okd"`
        """,
    )

    console_command = List(
        Unicode(),
        list(console.COMMAND),
        config=True,
        help="""
        Command of the console in its image.

        A list of words; by default that of OpenShift's own image. A shell in the image runs it, and
        again with the new token when the session's token was renewed.

        Change it for an image that has the console elsewhere.

        Example: `c.WorkshopSpawner.console_command = ["/bridge", "--public-dir=/static"]`
        """,
    )

    @validate("console_image")
    def _refuse_two_or_nobody(self, proposal: Bunch) -> str:
        image = str(proposal.value)
        if image and getattr(self, "console_url", ""):
            raise TraitError(
                "WorkshopSpawner.console_image and .console_url contradict each other: the console "
                "runs in the session's pod, or is elsewhere. Set one of them."
            )
        if image and getattr(self, "identity", "") == plan.NONE:
            raise TraitError(
                "WorkshopSpawner.console_image needs somebody to act as, but .identity is 'none'. "
                "Remove the image, or let sessions have an identity."
            )
        return image

    def make_console(self) -> console.Console | None:
        """The decisions as the pure modules take them; None where there is no console."""
        if not self.console_image:
            return None
        command = tuple(self.console_command)
        return console.Console(
            self.console_image, self.console_memory, self.console_branding, command
        )
