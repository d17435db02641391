"""What is wrong with a workshop's notes, with the file, the line and what to write instead.

An error is what people will see broken. In notes of the older systems, what leads nowhere did so
there too and is shown as it was: that is a warning.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workshop_dashboard.rules import actions, links, prepare, shortcodes, study
from workshop_dashboard.rules.liquid import RAW
from workshop_dashboard.rules.notes import (
    Dialect,
    Notes,
    Page,
    find_page,
    is_asciidoc,
    next_of,
    walk,
)
from workshop_dashboard.rules.prepare import TAG
from workshop_dashboard.rules.study import Block, Link, Study
from workshop_dashboard.rules.variables import PLACEHOLDER

# Variables of other systems that hold secrets: no page gets them.
SECRETS = (
    "kubernetes_token",
    "kubernetes_ca_crt",
    "ssh_private_key",
    "ssh_public_key",
    "git_password",
    "registry_password",
    "services_password",
)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: the file below the notes' folder, the line from 1, and a sentence.

    `level` is `error` or, for what still works, `warning`.
    """

    file: str
    line: int
    level: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level}: {self.message}"


def check_notes(notes: Notes) -> list[Problem]:
    """Return all problems of the notes, by file and line."""
    studies = {name: study.study_page(page, notes) for name, page in notes.pages.items()}
    found = [*_modules(notes), *_files(notes), *_circles(notes), *_unreached(notes, studies)]
    for page in notes.pages.values():
        found += check_page(page, notes, studies)
    return sorted(set(found))


def check_page(page: Page, notes: Notes, studies: Mapping[str, Study]) -> Iterator[Problem]:
    """Yield the problems of one page; `studies` are those of all pages."""
    yield from _front_matter(page, notes)
    yield from _variables(page, notes)
    yield from _templates(page, notes)
    known = studies[page.name]
    for link in known.links:
        yield from _link(page, link, notes, studies)
    for block in known.blocks:
        yield from _block(page, block)
    for line, words in known.removed:
        message = f"{words}, as nothing in a page may act: write it as Markdown"
        yield Problem(page.file, _line(page, line), "warning", message)


def _line(page: Page, line: int) -> int:
    return page.first_line + line - 1


def _level(notes: Notes) -> str:
    """Return how bad something is that leads nowhere, and did so in the older systems."""
    return "error" if notes.dialect == Dialect.PLAIN else "warning"


def _modules(notes: Notes) -> Iterator[Problem]:
    workshop = notes.workshop
    for module in workshop.modules:
        if workshop.described and module not in workshop.described:
            message = f"modules.activate names {module}, which modules.yaml does not describe"
            yield Problem("workshop.yaml", 1, "warning", f"{message}: the page is left out")
        elif not find_page(module, "", notes.pages):
            message = f"modules.activate names {module}, and there is no such page"
            yield Problem("workshop.yaml", 1, _level(notes), message)


def _files(notes: Notes) -> Iterator[Problem]:
    for file, line in notes.workshop.unread:
        message = "this part is a program and is not run: write what it gives in workshop.yaml"
        yield Problem(file, line, "warning", message)
    for page in notes.pages.values():
        if is_asciidoc(page.file) and notes.convert is None:
            message = (
                "AsciiDoc is shown as plain text: install jupyterhub-workshop-dashboard[asciidoc]"
            )
            yield Problem(page.file, 1, "error", message)
    if not notes.order:
        yield Problem(".", 1, "error", "there is no page: write an index.md")


def _circles(notes: Notes) -> Iterator[Problem]:
    if notes.workshop.modules or not notes.order:
        return
    pages = notes.pages
    order, back_to = walk(notes.first, lambda name: next_of(pages[name], pages))
    if back_to:
        page = pages[order[-1]]
        message = f"NextPage leads back to {back_to}: the walk ends here"
        yield Problem(page.file, page.front.line("next_page"), "warning", message)


def _unreached(notes: Notes, studies: Mapping[str, Study]) -> Iterator[Problem]:
    reached = set(notes.order)
    for page in notes.pages.values():
        found = studies[page.name].links
        targets = (links.find_target(link.href, page.name, notes) for link in found)
        reached |= {target.path for target in targets if target.kind == "page"}
    for name, page in notes.pages.items():
        if name not in reached:
            yield Problem(page.file, 1, "warning", "no page leads here")


def _front_matter(page: Page, notes: Notes) -> Iterator[Problem]:
    if notes.workshop.modules:  # they say the order, and the front matter nothing
        return
    for field, key in (("next_page", "NextPage"), ("prev_page", "PrevPage")):
        target = getattr(page.front, field)
        if target and not find_page(target, page.name, notes.pages):
            message = f"{key} names {target}, and there is no such page"
            yield Problem(page.file, page.front.line(field), _level(notes), message)


def _variables(page: Page, notes: Notes) -> Iterator[Problem]:
    for line, name in prepare.unknown_names(page, notes):
        message = f"no variable {name}: define it under `vars` in workshop.yaml"
        if any(word in name for word in SECRETS):
            message = f"{name} is a secret, and no secret is put into a page"
        yield Problem(page.file, _line(page, line), _level(notes), message)


def _templates(page: Page, notes: Notes) -> Iterator[Problem]:
    problem = prepare.problem_with_liquid(page, notes)
    if problem:
        yield Problem(page.file, page.first_line, "error", problem)
    if notes.dialect == Dialect.HUGO:
        for line, name in shortcodes.spoilt_blocks(page.body):
            message = f"the shortcode {name} is not known: this block can only be copied"
            yield Problem(page.file, _line(page, line), "error", message)
        for line, name in shortcodes.unknown_tags(page.body):
            message = f"the shortcode {name} is not known and is left out: write it as Markdown"
            yield Problem(page.file, _line(page, line), "warning", message)
    if notes.dialect in (Dialect.PLAIN, Dialect.PERCENT):
        shown = RAW.sub("", page.body)
        for number, text in enumerate(shown.splitlines(), start=1):
            if TAG.search(text):
                message = "Liquid tags are shown as they are: ask for `template_engine: liquid.js`"
                yield Problem(page.file, _line(page, number), "warning", message)


def _link(page: Page, link: Link, notes: Notes, studies: Mapping[str, Study]) -> Iterator[Problem]:
    line = _line(page, link.line)
    target = links.find_target(link.href, page.name, notes)
    if target.kind == "missing":
        message = f"the link to {link.href} leads nowhere"
        yield Problem(page.file, line, _level(notes), message)
    elif not _has_anchor(target, page, studies):
        message = f"the link to {link.href} names a heading that is not there"
        yield Problem(page.file, line, _level(notes), message)
    if link.alt is not None and not link.alt.strip():
        message = f"the image {link.href} has no text for people who cannot see it"
        yield Problem(page.file, line, "warning", message)


def _has_anchor(target: links.LinkTarget, page: Page, studies: Mapping[str, Study]) -> bool:
    if target.kind not in ("page", "anchor") or not target.fragment:
        return True
    return target.fragment in studies[target.path or page.name].anchors


def _block(page: Page, block: Block) -> Iterator[Problem]:
    action = actions.find_action(block.info, block.text)
    line = _line(page, block.line)
    if action and action.note and _holds_value(page, block):
        message = f"{action.note}, unless a variable of the session gives it"
        yield Problem(page.file, line, "warning", message)
    elif action and action.note:
        yield Problem(page.file, line, "error", action.note)
    unknown = actions.unknown_action(block.info)
    if unknown:
        message = f"`{unknown}` is no action we know: the block will be plain code"
        yield Problem(page.file, line, "warning", message)


def _holds_value(page: Page, block: Block) -> bool:
    """Tell whether a block has something in it that only a session knows."""
    fence, *lines = page.body.splitlines()[block.line - 1 :] or [""]
    mark = fence.strip()[:3]
    inside = itertools.takewhile(lambda line: not mark or not line.strip().startswith(mark), lines)
    return any("{{" in line or "{%" in line or PLACEHOLDER.search(line) for line in inside)
