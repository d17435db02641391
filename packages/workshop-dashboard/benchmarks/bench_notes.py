"""How long notes take: a build of 5,000 files, a page, a picture, a page of AsciiDoc.

    python3 noxfile.py -s bench -- notes [--json FILE]

No peer is measured beside it: the figures are held to the bounds that the issue names, a build in
seconds and 30 ms for a page and a picture of a warm server.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import benchtable
from workshop_dashboard import loader, site, views
from workshop_dashboard.rules import links

PAGES = 200
PICTURES = 4800
ADDRESSES = links.Addresses("/page/", "/files/")
MARKDOWN = (
    "# Page {n}\n\nText with [a link](p{n:03}.md).\n\n"
    "```execute\nls {n}\n```\n\n![x](images/{n}.png)\n"
)
ASCIIDOC = "= Page\n\nText *bold*.\n\n[source,bash,role=execute]\n----\nls\n----\n\nNOTE: Mind.\n"


def make_workshop(folder: Path) -> None:
    """Write a workshop of 5,000 files and one page of AsciiDoc."""
    (folder / "content" / "images").mkdir(parents=True)
    for n in range(PICTURES):
        (folder / "content" / "images" / f"{n}.png").write_bytes(b"x")
    for n in range(PAGES):
        (folder / "content" / f"p{n:03}.md").write_text(MARKDOWN.format(n=n) * 3)
    (folder / "content" / "z.adoc").write_text(ASCIIDOC * 5)


def milliseconds(work: Callable[[], object], runs: int) -> float:
    """Return the median of `runs`."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def measure(folder: Path, runs: int) -> list[benchtable.Row]:
    """Make the rows."""
    make_workshop(folder)
    source = loader.Loader(folder)
    first = milliseconds(source.load, 1)
    views.make_view("z", source.load(), ADDRESSES)  # what a warm server has loaded
    numbers = iter(range(PAGES))

    def page() -> None:
        views.make_view(f"p{next(numbers):03}", source.load(), ADDRESSES)

    def asciidoc() -> None:
        (folder / "content" / "z.adoc").write_text(ASCIIDOC * 5 + str(time.monotonic_ns()))
        views.make_view("z", source.load(), ADDRESSES)

    targets = iter(range(runs))
    build = milliseconds(
        lambda: site.build_site(source, folder / f"out{next(targets)}"), min(runs, 3)
    )
    return [
        benchtable.Row("build of 5,000 files", "s", build / 1000),
        benchtable.Row("first look at 5,000 files", "ms", first),
        benchtable.Row("a page, warm", "ms", milliseconds(page, runs)),
        benchtable.Row(
            "a picture, warm", "ms", milliseconds(lambda: source.file("images/7.png"), runs)
        ),
        benchtable.Row("a changed page of AsciiDoc", "ms", milliseconds(asciidoc, runs)),
    ]


def main(argv: list[str] | None = None) -> None:
    """Measure, print the table, write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--json", metavar="FILE", help="where to write the rows")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        benchtable.report(measure(Path(folder), options.runs), options.json)


if __name__ == "__main__":
    main()
