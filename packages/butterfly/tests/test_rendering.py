"""Templates: what is put in is escaped, and all of them are there."""

import pytest

from jupyterhub_butterfly import rendering

HEADINGS = {
    "heading": "<b>",
    "sentence": "a & b",
    "home": '"/',
    "again": False,
    "status": 404,
    "tokens": "",
}


def test_values_are_escaped():
    page = rendering.render("error.html", **HEADINGS)
    assert "<h1>&lt;b&gt;</h1>" in page
    assert "a &amp; b" in page
    assert 'href="&quot;/"' in page


def test_a_forgotten_value_is_an_error():
    with pytest.raises(NameError):
        rendering.render("error.html", heading="x")


@pytest.mark.parametrize("path", sorted(rendering.FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_template_is_a_whole_page(path):
    text = path.read_text()
    assert "<!DOCTYPE html>" in text
    assert text.endswith("</html>\n")
