"""What an administrator decides about homes: traits, and what they mean."""

from __future__ import annotations

from traitlets import HasTraits, Unicode

from workshop_spawner.config.trait_types import QuantityTrait
from workshop_spawner.manifests import home


class HomeSettings(HasTraits):
    """A volume for what attendees write, kept from one session to the next."""

    volume_size = QuantityTrait(
        "",
        config=True,
        help="""
        Size of a volume for each user's home; empty for none.

        A quantity such as `1Gi`. The first time it is filled with a copy of `volume_path` of the
        image; a file `.delete-volume` in it empties it at the next session, a file
        `.sync-volume` adds what a newer image has. With a `temporary` project it goes with the
        session, else it stays until the user is deleted (see `delete_pvc`).

        Set it where attendees come back.

        Example: `c.WorkshopSpawner.volume_size = "1Gi"`
        """,
    )

    volume_path = Unicode(
        "/opt/app-root",
        config=True,
        help="""
        Where the home is, in the image and in the session.

        An absolute path.

        Change it for images that have their tree elsewhere.

        Example: `c.WorkshopSpawner.volume_path = "/home/jovyan"`
        """,
    )

    volume_class = Unicode(
        config=True,
        help="""
        StorageClass of the homes.

        Name of a StorageClass; empty for the cluster's default.

        Example: `c.WorkshopSpawner.volume_class = "fast"`
        """,
    )

    def make_home_volume(self) -> home.Home | None:
        """The decisions as the pure modules take them; None where nothing is kept."""
        if not self.volume_size:
            return None
        return home.Home(self.volume_size, self.volume_path, self.volume_class)
