"""The pytest plugin: fixture `cluster`, a fresh `testing.PocketCluster` for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pocket_openshift import testing


@pytest.fixture
def cluster() -> Iterator[testing.PocketCluster]:
    """An OpenShift-like cluster on loopback, fresh for this test and stopped after it."""
    from pocket_openshift import testing

    with testing.PocketCluster() as running:
        yield running
