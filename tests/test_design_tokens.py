"""Pages of all packages look like one family: one set of tokens, and colours that can be read."""

import re
from pathlib import Path

import pytest

PACKAGES = Path(__file__).resolve().parent.parent / "packages"
SOURCE = PACKAGES / "butterfly/src/jupyterhub_butterfly/static/tokens.css"
COPIES = (
    "workshop-dashboard/src/workshop_dashboard/static/tokens.css",
    "workshop-culler/src/workshop_culler/static/tokens.css",
    "workshop-spawner/src/workshop_spawner/templates/tokens.css",
)
# A proxy shows this one while no hub is there to be asked for another file.
WITHIN = "workshop-spawner/src/workshop_spawner/proxy_pages/error.html"
PAIRS = [
    *(("ink", paper) for paper in ("paper", "shade", "good-paper", "warn-paper", "bad-paper")),
    *(("ink", paper) for paper in ("info-paper",)),
    *(("quiet", paper) for paper in ("paper", "shade")),
    *(("link", paper) for paper in ("paper", "shade", "info-paper")),
    ("button-ink", "button"),
    ("button-ink", "button-hover"),
    *((kind, paper) for kind in ("good", "warn", "bad") for paper in ("paper", f"{kind}-paper")),
    ("bar-ink", "bar"),
    ("bar-quiet", "bar"),
]
ENOUGH = 4.5  # WCAG 2.2, 1.4.3 at level AA


def read_colours(dark):
    """The tokens that are colours, as #rrggbb."""
    text = re.sub(r"light-dark\((#\w{6}), (#\w{6})\)", r"\2" if dark else r"\1", SOURCE.read_text())
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))


def measure_luminance(colour):
    """Relative luminance as WCAG has it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure_contrast(one, other):
    """The contrast of two colours, from 1 to 21."""
    lesser, greater = sorted((measure_luminance(one), measure_luminance(other)))
    return (greater + 0.05) / (lesser + 0.05)


@pytest.mark.parametrize("copy", COPIES)
def test_each_package_has_the_same_tokens(copy):
    assert (PACKAGES / copy).read_bytes() == SOURCE.read_bytes(), f"cp {SOURCE} {PACKAGES / copy}"


def test_the_proxys_page_has_the_tokens_it_uses():
    page = (PACKAGES / WITHIN).read_text()
    written = re.findall(r"--[a-z-]+: [^;]+;", page)
    assert written
    tokens = SOURCE.read_text()
    assert [line for line in written if line not in tokens] == []
    assert {f"--{name}" for name in re.findall(r"var\(--([a-z-]+)", page)} <= {
        line.split(":")[0] for line in written
    }


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_can_be_read(ink, paper, dark):
    colours = read_colours(dark)
    assert measure_contrast(colours[ink], colours[paper]) >= ENOUGH


def test_contrast_is_measured_as_wcag_does():
    assert round(measure_contrast("#000000", "#ffffff"), 2) == 21
    assert round(measure_contrast("#777777", "#ffffff"), 2) == 4.48
