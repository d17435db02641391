"""The static site."""

import pytest

from workshop_dashboard import loader, site


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "notes"
    (folder / "x").mkdir(parents=True)
    (folder / "start.md").write_text("---\nNextPage: x/deep\n---\n# Start\n[on](x/deep.md#part)\n")
    (folder / "x/deep.md").write_text("# Deep\n![p](p.png) [back](../start.md)\n")
    (folder / "x/p.png").write_bytes(b"png")
    (folder / "workshop.yaml").write_text("name: W")
    return loader.Loader(folder)


def test_a_site_is_written(source, tmp_path):
    target = tmp_path / "site"
    written = site.build_site(source, target)
    assert {"index.html", "start.html", "x/deep.html", "x/p.png"} <= set(written)
    assert "workshop.yaml" not in written
    deep = (target / "x/deep.html").read_text()
    assert 'href="../_workshop/workshop.css' in deep
    assert 'src="../x/p.png"' in deep
    assert 'href="../start.html"' in deep
    start = (target / "index.html").read_text()
    assert 'href="x/deep.html#note-part"' in start
    for name in written:
        assert (target / name).is_file()


def test_a_site_has_the_workshops_logo_and_colours(source, tmp_path):
    assert "theme.css" not in site.make_pages(source.load())[0][1].decode()
    for name in ("logo.svg", "theme.css"):
        (tmp_path / "notes" / name).write_text("")
    site.build_site(source, tmp_path / "site")
    deep = (tmp_path / "site" / "x" / "deep.html").read_text()
    assert '<img class="logo" src="../logo.svg" alt="">' in deep
    assert deep.index("_workshop/workshop.css") < deep.index('href="../theme.css"')
    assert (tmp_path / "site" / "theme.css").is_file()


def test_it_may_be_written_again(source, tmp_path):
    site.build_site(source, tmp_path / "site")
    site.build_site(source, tmp_path / "site")


def test_other_files_are_not_overwritten(source, tmp_path):
    target = tmp_path / "mine"
    target.mkdir()
    (target / "index.html").write_text("mine")
    with pytest.raises(site.SiteError, match="holds other files"):
        site.build_site(source, target)
    assert (target / "index.html").read_text() == "mine"
