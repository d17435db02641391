"""What is written twice, because a package must stand alone, is held to one text.

The terminal needs nothing of the cluster, so that it does not depend on workshop-kube; a build of a
wheel has its own folder and nothing else.
"""

import re
from pathlib import Path

import pytest

PACKAGES = Path(__file__).resolve().parents[1] / "packages"
KUBE = "workshop-kube/src/workshop_kube"
TERMINAL = "butterfly/src/jupyterhub_butterfly"
OWN_IMPORT = re.compile(r"^from (jupyterhub_butterfly|workshop_kube)\.", re.M)
SHARED = "# What follows is the same in each package that takes files from npm"


@pytest.mark.parametrize(
    ("original", "copy"),
    [
        (f"{KUBE}/rules/unknown_settings.py", f"{TERMINAL}/rules/unknown_settings.py"),
        ("workshop-culler/src/workshop_culler/config/strict.py", f"{TERMINAL}/strict.py"),
    ],
)
def test_a_copy_is_its_original_but_for_where_it_imports_from(original, copy):
    first, second = ((PACKAGES / path).read_text() for path in (original, copy))
    assert OWN_IMPORT.sub("from ", first) == OWN_IMPORT.sub("from ", second)


def test_hooks_of_builds_differ_in_what_they_fetch_only():
    hooks = [path.read_text() for path in sorted(PACKAGES.glob("*/hatch_build.py"))]
    assert len(hooks) > 1
    assert len({hook.split(SHARED)[1] for hook in hooks}) == 1
