"""Extra resources and exposed ports, as the administrator writes them."""

from __future__ import annotations

import pytest
from traitlets import HasTraits, TraitError, Unicode

from workshop_spawner.config.extras import ExtraSettings


class Settings(ExtraSettings, HasTraits):
    cluster_subdomain = Unicode("")


THINGS = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}]


async def later(_spawner):
    return THINGS


async def test_resources_come_from_text_list_file_or_callable(tmp_path):
    file = tmp_path / "resources.yaml"
    file.write_text("kind: ConfigMap")
    assert await Settings().read_extra_resources() == ""
    for source, read in [
        ("kind: Secret\n", "kind: Secret\n"),
        (THINGS, THINGS),
        (str(file), "kind: ConfigMap"),
        (lambda spawner: THINGS, THINGS),
        (later, THINGS),
    ]:
        assert await Settings(extra_resources=source).read_extra_resources() == read


@pytest.mark.parametrize(
    "settings",
    [
        {"exposed_ports": [8080], "exposed_by": "route"},
        {"exposed_ports": [0]},
        {"exposed_ports": [70000]},
        {"exposed_by": "magic"},
        {"extra_resources": 5},
    ],
)
def test_what_cannot_work_is_refused(settings):
    with pytest.raises(TraitError, match=r"exposed|extra_resources"):
        Settings(**settings)


def test_the_domain_is_the_clusters_unless_it_is_set():
    made = Settings(exposed_ports=[8080], exposed_by="route", cluster_subdomain="apps.example.com")
    assert made.make_exposed("apps.example.com").domain == "apps.example.com"
    made = Settings(exposed_ports=[8080], exposed_by="route", exposed_domain="x.example.com")
    assert made.make_exposed("apps.example.com").domain == "x.example.com"
