"""What an administrator lets sessions know: traits, and what they mean."""

from __future__ import annotations

from traitlets import HasTraits, Unicode

from workshop_spawner.manifests import pods


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

        A URL; when empty, `c.JupyterHub.public_url` if that is set.

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
        "/hub/restart",
        config=True,
        help="""
        Where an attendee asks for a new session, told to sessions as `RESTART_URL`.

        A path of the hub; empty hides the button. `/hub/restart` is AnonymousAuthenticator's.

        Empty it where attendees log in by name.

        Example: `c.WorkshopSpawner.restart_url = ""`
        """,
    )

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

    def make_facts(self, public_url: str, console: str = "") -> pods.Facts:
        """The decisions as the pure modules take them.

        `public_url` is the hub's own, if known; `console` where the session's own web console is.
        """
        return pods.Facts(
            workshop_name=self.workshop_name,
            cluster_subdomain=self.cluster_subdomain,
            jupyterhub_route=self.jupyterhub_route or public_url,
            console_url=self.console_url or console,
            restart_url=self.restart_url,
            download_url=self.download_url,
            workshop_file=self.workshop_file,
        )
