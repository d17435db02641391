"""Scripts and styles of the package."""

import gzip

from workshop_dashboard import assets


def test_all_that_the_pages_name_is_there():
    scripts = {"clock", "deck", "ended", "files", "filestab", "hand", "notes", "panels", "tabs"}
    scripts.add("terminals")
    styles = {"dashboard", "deck", "files", "hand", "tokens", "workshop"}
    names = {f"{name}.js" for name in scripts} | {f"{name}.css" for name in styles} | {"icon.svg"}
    assert set(assets.read_assets()) == names


def test_an_address_changes_with_the_bytes():
    urls = assets.make_urls("/s/")
    fingerprint = assets.read_assets()["notes.js"].fingerprint
    assert urls["notes.js"] == f"/s/notes.js?v={fingerprint}"
    assert len({url.split("=")[1] for url in urls.values()}) == len(urls)


def test_scripts_bring_nothing_from_elsewhere():
    for asset in assets.read_assets().values():
        addresses = asset.data.replace(b"http://www.w3.org/2000/svg", b"")
        assert b"http://" not in addresses
        assert b"https://" not in addresses


def test_the_editor_is_served_when_it_is_asked_for_and_packed():
    editor = assets.read_editor()
    if editor is None:
        assert assets.pack_editor() == b""
        return
    assert gzip.decompress(assets.pack_editor()) == editor.data
    assert assets.make_url("/e/", editor) == f"/e/codemirror.js?v={editor.fingerprint}"
