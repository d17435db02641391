"""The page of workshops: what is searched and chosen there, and how a workshop is told in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules.workshops import fields

MOST_CHARACTERS = 100


@dataclass(frozen=True)
class Search:
    """What somebody looks for; empty is anything."""

    text: str = ""
    tag: str = ""
    difficulty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether everything is shown."""
        return not (self.text or self.tag or self.difficulty)


def make_search(text: str, tag: str, difficulty: str) -> Search:
    """What the page's address says, cut to what anybody would type."""
    text, tag, difficulty = (
        " ".join(one.split())[:MOST_CHARACTERS] for one in (text, tag, difficulty)
    )
    return Search(text, tag, difficulty if difficulty in fields.DIFFICULTIES else "")


def find(workshops: Iterable[Workshop], search: Search) -> list[Workshop]:
    """The workshops that have each word of the text somewhere, the tag and the difficulty."""
    words = search.text.casefold().split()
    return [
        one
        for one in workshops
        if all(word in make_text(one) for word in words)
        and (not search.tag or search.tag in one.tags)
        and (not search.difficulty or search.difficulty == one.difficulty)
    ]


def make_text(workshop: Workshop) -> str:
    """What a search looks through."""
    parts = (workshop.title, workshop.description, *workshop.tags, workshop.difficulty)
    return "\n".join(parts).casefold()


def list_tags(workshops: Iterable[Workshop]) -> list[str]:
    """All tags, each once, as a person would look them up."""
    return sorted({tag for one in workshops for tag in one.tags}, key=lambda tag: tag.casefold())


def list_difficulties(workshops: Iterable[Workshop]) -> list[str]:
    """The difficulties that there are, the easiest first."""
    found = {one.difficulty for one in workshops}
    return [each for each in fields.DIFFICULTIES if each in found]


def render_minutes(minutes: int) -> str:
    """How long it takes: `45 minutes`, `1 hour`, `1 h 30 min`; empty where that is not said."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} minutes" if rest > 1 else "1 minute" if rest else ""
    if rest:
        return f"{hours} h {rest} min"
    return f"{hours} hours" if hours > 1 else "1 hour"


def render_facts(workshop: Workshop) -> str:
    """Difficulty and duration in one line."""
    parts = (workshop.difficulty.capitalize(), render_minutes(workshop.minutes))
    return " · ".join(part for part in parts if part)


def render_count(shown: Sequence[Workshop], search: Search) -> str:
    """How many there are, as a sentence for who cannot see them at a glance."""
    found = f"{len(shown)} workshop{'' if len(shown) == 1 else 's'}"
    if search.is_empty:
        return found if shown else "No workshop is open to you now."
    return f"{found} found" if shown else "No workshop has all of this. Take something away."
