import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.node.rules import translation

MOUNTS = {"/data": "/pods/1/data", "/data/inner": "/pods/1/inner", "/etc/app/": "/pods/1/app"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data", "/pods/1/data"),
        ("/data/file", "/pods/1/data/file"),
        ("/data/inner/file", "/pods/1/inner/file"),
        ("/database", "/database"),
        ("/etc/app", "/pods/1/app"),
        ("/etc/app/x", "/pods/1/app/x"),
        ("--config=/etc/app/x", "--config=/pods/1/app/x"),
        ("-f=/data", "-f=/pods/1/data"),
        ("cat /data/file", "cat /data/file"),
        ("x=/data", "x=/data"),
        ("", ""),
    ],
)
def test_paths(text, expected):
    assert translation.translate(text, MOUNTS) == expected


@given(st.text())
def test_what_is_no_path_stays(text):
    if not text.startswith(("/", "-")):
        assert translation.translate(text, MOUNTS) == text


@given(st.text())
def test_without_mounts_nothing_changes(text):
    assert translation.translate(text, {}) == text


def test_a_mount_at_the_root_translates_nothing():
    assert translation.translate("/bin/sh", {"/": "/pods/1/root"}) == "/bin/sh"
