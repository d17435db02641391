"""Plots as SVG, by hand: a few lines with axes need no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from load.rules.figures import make_ticks

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 40, 56
# Colours that are told apart by everybody (Okabe and Ito), and dashes for who prints in grey.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#333333", "#cc79a7", "#56b4e9")
DASHES = ("", "8 3", "2 3", "10 3 2 3", "5 5", "1 4")


@dataclass(frozen=True)
class Line:
    """A line of a plot: its name and its points, by rising x."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Axis:
    """An axis: what is on it, in which unit, and the highest value."""

    name: str
    highest: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """Where it has numbers."""
        return make_ticks(self.highest)


def render_plot(title: str, x: Axis, y: Axis, lines: Sequence[Line], *, dots: bool = False) -> str:
    """The whole picture; dots are for points that no line connects."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" fill="#111111">{escape(title)}</text>',
        *_render_axes(x, y),
    ]
    for number, line in enumerate(lines):
        parts += _render_line(line, number, x, y, dots=dots)
        parts.append(_render_name(line, number))
    return "\n".join([*parts, "</svg>", ""])


def _render_axes(x: Axis, y: Axis) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for tick in x.ticks:
        where = _find_x(tick, x)
        parts.append(f'<path d="M{where:.1f} {TOP}V{bottom}" stroke="#e5e5e5"/>')
        parts.append(_render_text(where, bottom + 18, "middle", f"{tick:g}"))
    for tick in y.ticks:
        where = _find_y(tick, y)
        parts.append(f'<path d="M{LEFT} {where:.1f}H{right}" stroke="#e5e5e5"/>')
        parts.append(_render_text(LEFT - 8, where + 4, "end", f"{tick:g}"))
    middle = (TOP + bottom) / 2
    return [
        *parts,
        f'<path d="M{LEFT} {TOP}V{bottom}H{right}" stroke="#555555" fill="none"/>',
        _render_text((LEFT + right) / 2, HEIGHT - 14, "middle", x.name),
        f'<text transform="translate(16 {middle:.0f}) rotate(-90)" text-anchor="middle"'
        f' fill="#333333">{escape(y.name)}</text>',
    ]


def _render_line(line: Line, number: int, x: Axis, y: Axis, *, dots: bool) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    places = [(_find_x(a, x), _find_y(b, y)) for a, b in line.points]
    if dots:
        return [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{colour}"/>' for a, b in places]
    if not places:
        return []
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    dash = DASHES[number % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return [f'<path d="M{path}" stroke="{colour}" stroke-width="2" fill="none"{dashed}/>']


def _render_name(line: Line, number: int) -> str:
    """The key, at the bottom on the right, where rising lines are not."""
    colour, where = COLOURS[number % len(COLOURS)], HEIGHT - BOTTOM - 14 - 18 * number
    return (
        f'<text x="{WIDTH - RIGHT - 10}" y="{where}" text-anchor="end" fill="{colour}"'
        f' font-weight="bold">{escape(line.name)}</text>'
    )


def _render_text(x: float, y: float, anchor: str, text: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="#333333">{escape(text)}</text>'


def _find_x(value: float, axis: Axis) -> float:
    return LEFT + value / axis.ticks[-1] * (WIDTH - LEFT - RIGHT)


def _find_y(value: float, axis: Axis) -> float:
    return HEIGHT - BOTTOM - value / axis.ticks[-1] * (HEIGHT - TOP - BOTTOM)
