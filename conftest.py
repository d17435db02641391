"""Fixtures for every package's tests: a real hub, a real browser, no silent skips.

`hub_factory`   `hub = await hub_factory(config_text, env={...})` starts a real
                JupyterHub with its real proxy on loopback (tests/support/realhub.py).
`held_port`     a loopback port that nobody else is given during the test (demo/ports.py).
`browser`       a real headless Chromium (Playwright's async API) for tests marked `browser`.
`artifacts`     the folder in which screenshots are kept.

With REQUIRE_ALL_TESTS=1 (as in .ci/run) a skipped test fails the run (tests/support/results.py).
"""

from __future__ import annotations

import collections
import os
import signal
from pathlib import Path

import hypothesis
import pytest

import leaks
import ports
import results

# Every run draws the same examples, so that a stranger's passes as ours did; the session `fuzz`
# draws others, and what it finds becomes a test (`@example`, or one of its own).
# Nothing in a profile measures time: a busy machine is no fault of a property.
TIMELESS = {
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
hypothesis.settings.register_profile("ci", derandomize=True, **TIMELESS)
hypothesis.settings.register_profile("quick", max_examples=20, derandomize=True, **TIMELESS)
hypothesis.settings.register_profile("fuzz", max_examples=1000, **TIMELESS)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Fixtures that start a program for each test: who uses one is marked `programs`.
STARTERS = {"server_factory", "node", "starter", "launch"}
# Files with such tests are begun first, in this order, then those with the most tests: the last
# to end keeps everybody waiting.
LONGEST_FIRST = ("slow", "stateful", "browser", "hub", "programs")


@pytest.fixture
async def hub_factory(tmp_path):
    """Start real hubs; each is ended with the test, with all that it started."""
    import realhub

    if reason := realhub.proxy_missing():
        pytest.skip(reason)
    async with realhub.real_hubs(tmp_path) as factory:
        yield factory


@pytest.fixture
def held_port():
    """A port for a server that the test configures and starts."""
    with ports.hold_port() as held:
        yield held.port


@pytest.fixture
async def browser():
    """A headless Chromium, through Playwright; the machine's own, never a download."""
    import pages

    async with pages.run_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots of a run are kept (ARTIFACTS, or ./artifacts)."""
    folder = Path(os.environ.get("ARTIFACTS", "artifacts")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pytest_configure(config):
    """Hear Ctrl-C, and let what tests start hear it: below a script's `&` it would be ignored."""
    leaks.watch(config)
    results.watch(config)
    if hasattr(config.option, "loadscopereorder"):  # by pytest-xdist, to the most tests first
        config.option.loadscopereorder = False
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Mark by fixture what the session `quick` leaves out; begin with the files that take long."""
    places: dict[Path, int] = {}
    for item in items:
        if STARTERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("programs")
        found = [n for n, name in enumerate(LONGEST_FIRST) if item.get_closest_marker(name)]
        place = min(found, default=len(LONGEST_FIRST))
        places[item.path] = min(place, places.get(item.path, place))
    sizes = collections.Counter(item.path for item in items)
    items.sort(key=lambda item: (places[item.path], -sizes[item.path], item.path))
