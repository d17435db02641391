"""What an administrator lets sessions know: traits, and what they mean."""

from __future__ import annotations

from traitlets import HasTraits, Unicode, default

from workshop_spawner.manifests import pods
from workshop_spawner.rules import hub_addresses


class ContentSettings(HasTraits):
    """The names and addresses that a session's terminal and notes are told."""

    workshop_name = Unicode(
        config=True,
        help="""
        Name of the workshop as its content sees it (`WORKSHOP_NAME`).

        Any text; when empty, `application`.

        Set it when several hubs run the same content.

        Example: `c.WorkshopSpawner.workshop_name = "Introduction to Go"`
        """,
    )

    cluster_subdomain = Unicode(
        config=True,
        help="""
        Domain under which the cluster's routes are, told to sessions as `CLUSTER_SUBDOMAIN`.

        A host name; empty when there is none.

        Set it on OpenShift, so that the workshop's notes can name the attendee's own hosts.

        Example: `c.WorkshopSpawner.cluster_subdomain = "apps.example.com"`
        """,
    )

    jupyterhub_route = Unicode(
        config=True,
        help="""
        Where the workshop is found from outside, told to sessions as `JUPYTERHUB_ROUTE`.

        A URL; when empty, `c.JupyterHub.public_url` if that is set, or `subdomain_host`.

        Example: `c.WorkshopSpawner.jupyterhub_route = "https://workshop.apps.example.com"`
        """,
    )

    console_url = Unicode(
        config=True,
        help="""
        Where sessions find a web console to show beside the terminal (`CONSOLE_URL`).

        A URL; empty when there is none. With `console_image`, each session is told its own.

        Set it to show a console that attendees log in to themselves.

        Example: `c.WorkshopSpawner.console_url = "https://console.apps.example.com"`
        """,
    )

    restart_url = Unicode(
        config=True,
        help="""
        Where an attendee asks for a new session, told to sessions as `RESTART_URL`.

        A path below `/hub/`, which follows the hub's own `base_url`, `public_url` and
        `subdomain_host`, another path, or a URL; empty hides the button. With
        AnonymousAuthenticator its page `/hub/restart`, else empty.

        Empty it where attendees should not start over.

        Example: `c.WorkshopSpawner.restart_url = ""`
        """,
    )

    @default("restart_url")
    def _default_restart_url(self) -> str:
        authenticator = getattr(self, "authenticator", None)
        return "/hub/restart" if getattr(authenticator, "makes_visitors", False) else ""

    download_url = Unicode(
        config=True,
        help="""
        Workshop content to fetch at the start of a session, told to it as `DOWNLOAD_URL`.

        A URL; empty for the content of the image.

        Example: `c.WorkshopSpawner.download_url = "https://example.com/notes.tar.gz"`
        """,
    )

    workshop_file = Unicode(
        config=True,
        help="""
        Which variant of the content a session shows, told to it as `WORKSHOP_FILE`.

        A file name within the content; empty for its default, `workshop.yaml`.

        Example: `c.WorkshopSpawner.workshop_file = "workshop-short.yaml"`
        """,
    )

    def make_facts(
        self, base_url: str, public_url: str, host: str, console: str = ""
    ) -> pods.Facts:
        """The decisions as the pure modules take them.

        `base_url`, `public_url` and `host` are the hub's own (see rules/hub_addresses.py);
        `console` is where the session's own web console is.
        """
        found = hub_addresses.find_public_url(base_url, public_url, host)
        return pods.Facts(
            workshop_name=self.workshop_name,
            cluster_subdomain=self.cluster_subdomain,
            jupyterhub_route=self.jupyterhub_route or found,
            console_url=self.console_url or console,
            restart_url=hub_addresses.make_link(self.restart_url, base_url, public_url, host),
            download_url=self.download_url,
            workshop_file=self.workshop_file,
        )
