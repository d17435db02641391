"""The list of a folder, as markup."""

import html
import json
import re

import pytest

from jupyterhub_butterfly.rules.filepaths import Entry
from jupyterhub_butterfly.transfer import folderpage


def render(parts=(), entries=(), more=False):
    return folderpage.render_folder(
        "/user/ada/", parts, entries, more=more, config={"xsrf": "t"}, version="1"
    )


def test_files_and_folders_are_links_and_the_rest_is_not():
    page = render(
        ("lab 1",),
        [
            Entry("in", "folder", 0, 0),
            Entry("a b.txt", "file", 1536, 0),
            Entry("pipe", "other", 0, 0),
        ],
    )
    assert re.findall(r'<td><a href="([^"]*)"', page) == [
        "/user/ada/files/home/lab%201/in/",
        "/user/ada/files/home/lab%201/a%20b.txt",
    ]
    assert "1.5 KiB" in page
    assert "1970-01-01 00:00" in page
    assert 'href="/user/ada/files/archive/lab%201"' in page
    assert "<td>pipe</td>" in page
    config = json.loads(html.unescape(re.search(r'data-terminal="([^"]*)"', page).group(1)))
    assert config == {"xsrf": "t", "folder": "lab 1", "place": "~/lab 1"}


@pytest.mark.parametrize("name", ["<img src=x>", '"><script>', "\udc80\udcff", "a\nb", "{title}"])
@pytest.mark.parametrize("kind", ["file", "folder", "other"])
def test_no_name_becomes_markup(name, kind):
    page = render((name,), [Entry(name, kind, 0, 0)])
    page.encode()
    assert "<img" not in page
    assert page.count("<script") == 1
    assert 'href="/user/ada/files/home/' in page


def test_what_is_not_shown_is_said():
    assert "empty" in render()
    assert "There is more" in render(entries=[Entry("a", "file", 0, 0)], more=True)
