import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.command.rules import hub_files

TWO = """
default = "lab"
[hubs.lab]
url = "https://lab.example.org/"
token_file = "lab.token"
[hubs.other]
url = "https://other.example.org/"
service = "culler"
"""


def test_a_hub_is_taken_by_its_name_or_the_default():
    saved = hub_files.parse_hubs(TWO)
    assert hub_files.find_hub(saved, "").token_file == "lab.token"
    assert hub_files.find_hub(saved, "other").service == "culler"
    one = hub_files.parse_hubs('[hubs.a]\nurl = "https://a/"')
    assert hub_files.find_hub(one, "").url == "https://a/"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[hubs", "not TOML"),
        ("hub = 1", "'hub' is not known"),
        ("hubs = 1", "each hub a table"),
        ("default = 1", "each hub a table"),
        ('default = "a"', r"no \[hubs.a\]"),
        ("[hubs]\na = 1", "write it as a table"),
        ("[hubs.a]\ntoken_file = 'x'", "'url' is missing"),
        ("[hubs.a]\nurl = 'https://a/'\ntoken = 'geheim'", "into a file"),
        ("[hubs.a]\nurl = 'https://a/'\ncafile = 'x'", "hubs.a.cafile is not known"),
        ("[hubs.a]\nurl = 1", "hubs.a.url must be a string"),
        ("[hubs.a]\nurl = 'https://a/'\nplain_http = 'no'", "must be true or false"),
    ],
)
def test_what_is_wrong_is_named(text, says):
    with pytest.raises(hub_files.BadFileError, match=says) as caught:
        hub_files.parse_hubs(text)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("x", TWO, "there are: lab, other"),
        ("x", "", "there are: none"),
        ("", TWO.replace('default = "lab"', ""), "name one with --hub"),
    ],
)
def test_a_name_that_is_none_is_told_those_that_are(name, text, says):
    with pytest.raises(hub_files.BadFileError, match=says):
        hub_files.find_hub(hub_files.parse_hubs(text), name)


@given(st.text())
def test_any_file_is_read_or_refused_in_a_sentence(text):
    with contextlib.suppress(hub_files.BadFileError):
        hub_files.parse_hubs(text)


@pytest.mark.parametrize(
    ("token", "fine"),
    [("abc-123_X.y", True), ("", False), ("a b", False), ("a\r\nX: y", False), ("é", False)],
)
def test_a_token_is_one_word(token, fine):
    problem = hub_files.problem_with_token(token)
    assert (problem is None) is fine
    assert not token or token not in (problem or "")
