"""Which extra resources take a visitor, and which can be made before anybody comes."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_spawner.manifests.resources import Extra, find_wave, iterate_texts


def split(extras: Sequence[Extra]) -> tuple[tuple[Extra, ...], tuple[Extra, ...]]:
    """What can be made ahead, and what is made for the visitor, each in the order given.

    For the visitor is what names them, and what names an object of that kind by its name (a binding
    to a role, a pod with a Secret): it could not be made, or not come up, without.
    """
    own: set[int] = set()
    names: set[str] = set()
    for number, extra in sorted(enumerate(extras), key=lambda each: find_wave(each[1])):
        if extra.of_visitor or not names.isdisjoint(iterate_texts(_find_content(extra))):
            own.add(number)
            names.add(extra.manifest["metadata"]["name"])
    ahead = tuple(extra for number, extra in enumerate(extras) if number not in own)
    return ahead, tuple(extra for number, extra in enumerate(extras) if number in own)


def _find_content(extra: Extra) -> list[object]:
    """What may name another object: all of it but its own name, and our labels."""
    metadata = extra.manifest["metadata"]
    rest = {key: value for key, value in extra.manifest.items() if key not in ("metadata", "kind")}
    return [list(rest.values()), metadata.get("namespace"), metadata.get("ownerReferences")]
