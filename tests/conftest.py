"""Fixtures of the tests that cross packages: the whole demo, as people start it."""

import contextlib
import os
from pathlib import Path

import pytest


@pytest.fixture
async def serve_demo(tmp_path):
    """`settings = await serve_demo("--session-limit", "1")`: a running demo on free ports."""
    import realhub
    import serve

    if reason := realhub.proxy_missing():
        pytest.skip(reason)
    async with contextlib.AsyncExitStack() as stack:

        async def start(*options):
            folder = tmp_path / "demo"
            folder.mkdir()
            words = serve.parse_arguments(["--port", "0", *options])
            settings, _ = await stack.enter_async_context(serve.serve(words, folder))
            return settings

        yield start


@pytest.fixture(scope="session")
def engine():
    """The container engine that has our images; the session `images` says where it is."""
    import image_engine

    folder = os.environ.get("IMAGES_FOLDER")
    if not folder:
        pytest.skip("needs the images (python3 noxfile.py -s images)")
    return image_engine.Engine(Path(folder))
