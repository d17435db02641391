"""Fixtures of the tests that cross packages: the whole demo, as people start it."""

import os
from pathlib import Path

import pytest

import demos


@pytest.fixture
async def serve_demo(tmp_path):
    """`settings = await serve_demo("--session-limit", "1")`: a running demo on free ports."""
    async with demos.serve_demos(tmp_path) as start:
        yield start


@pytest.fixture(scope="session")
def engine():
    """The container engine that has our images; the session `images` says where it is."""
    import image_engine

    folder = os.environ.get("IMAGES_FOLDER")
    if not folder:
        pytest.skip("needs the images (python3 noxfile.py -s images)")
    return image_engine.Engine(Path(folder))
