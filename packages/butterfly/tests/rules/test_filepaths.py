"""Paths, names and verdicts of file transfers."""

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import filepaths


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("", ()),
        ("/", ()),
        ("a/b.txt", ("a", "b.txt")),
        ("//a///b/", ("a", "b")),
        ("./a/./b", ("a", "b")),
        ("a b/é✓", ("a b", "é✓")),
        ("...", ("...",)),
    ],
)
def test_a_path_is_split(path, parts):
    assert filepaths.split_path(path) == parts


@pytest.mark.parametrize(
    "path",
    ["..", "../x", "a/..", "a/../b", "/../etc/passwd", "a\0b", "a/\ud800", "x" * 256, "a/" * 2100],
)
def test_a_path_that_climbs_or_cannot_be_is_refused(path):
    with pytest.raises(filepaths.BadPathError):
        filepaths.split_path(path)


@given(st.text())
def test_fuzz_no_path_leads_out_of_the_folder(path):
    try:
        parts = filepaths.split_path(path)
    except filepaths.BadPathError:
        return
    assert os.path.normpath("/home/ada/" + "/".join(parts)).startswith("/home/ada")
    assert all(part not in {"", ".", ".."} and "/" not in part for part in parts)


@pytest.mark.parametrize("name", ["a.txt", ".bashrc", "é✓日本😀", "a b", "a'\"`$(x)", "👨‍👩‍👧"])
def test_names_that_a_file_may_get(name):
    filepaths.check_new_name(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "needs a name"),
        ("-rf", "dash"),
        ("a\nb", "cannot be seen"),
        ("a\x1b[2Jb", "cannot be seen"),
        ("cod\u202etxt.exe", "cannot be seen"),
        ("a\udc80", "cannot be seen"),
        ("a\u2028b", "cannot be seen"),
    ],
)
def test_names_that_are_traps(name, words):
    with pytest.raises(filepaths.BadPathError, match=words):
        filepaths.check_new_name(name)


@pytest.mark.parametrize(
    ("root", "path", "found"),
    [
        ("/home/ada", "/home/ada", ""),
        ("/home/ada", "/home/ada/x/y", "x/y"),
        ("/home/ada", "/home/adam/x", None),
        ("/home/ada", "/home", None),
        ("/", "/etc", "etc"),
    ],
)
def test_what_lies_below_the_home(root, path, found):
    assert filepaths.find_below(root, path) == found


@given(st.text(min_size=1))
def test_fuzz_no_name_breaks_out_of_the_header(name):
    header = filepaths.make_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    plain = header.removeprefix('attachment; filename="').split('"')
    assert len(plain) == 2
    assert plain[1].startswith("; filename*=UTF-8''")


def test_the_name_to_save_under_comes_in_both_ways():
    header = filepaths.make_disposition('é "x".txt')
    assert header == "attachment; filename=\"_ _x_.txt\"; filename*=UTF-8''%C3%A9%20%22x%22.txt"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (3 * 1024**3, "3.0 GiB"),
        (2**60, "1048576.0 TiB"),
    ],
)
def test_sizes_for_people(count, text):
    assert filepaths.format_size(count) == text


@pytest.mark.parametrize(
    ("size", "limit", "words"),
    [(10, 10, None), (11, 10, "at most 10 B"), (0, 0, "turned off"), (0, 5, None)],
)
def test_a_size_is_judged(size, limit, words):
    found = filepaths.problem_with_size(size, limit, "Uploading", "ButterflyApp.upload_bytes")
    assert found is None if words is None else words in found


def test_a_full_disk_is_told_before_anything_is_sent():
    assert filepaths.problem_with_space(10, 10) is None
    assert "11 B are needed and 10 B are free" in filepaths.problem_with_space(11, 10)


FOREIGN_VIEW = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, False),
        ({**FOREIGN_VIEW, "Sec-Fetch-Dest": "iframe"}, False),
        ({**FOREIGN_VIEW, "Sec-Fetch-Dest": "document"}, True),
    ],
)
def test_who_may_ask(headers, ours):
    assert filepaths.may_fetch(headers) is ours


@pytest.mark.parametrize("number", [*errno.errorcode, None, 99999])
def test_all_trouble_with_the_disk_is_a_sentence(number):
    status, sentence = filepaths.explain(OSError(number, "something"))
    assert 400 <= status < 600
    assert sentence.endswith(".")
    assert sentence[0].isupper()


def test_another_version_of_a_file_has_another_etag():
    etags = {
        filepaths.make_etag(*version)
        for version in ((1, 2, 3), (2, 2, 3), (1, 3, 3), (1, 2, 4), (12, 3, 0), (1, 23, 0))
    }
    assert len(etags) == 6
    assert all(etag[0] == etag[-1] == '"' for etag in etags)
