"""Objects from files: YAML or JSON, one or many, lists taken apart. Pure but for the reading."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from pocket_openshift.vocabulary import bodies, legacy_kinds

Object = dict[str, Any]


class ManifestError(ValueError):
    """A file that holds no objects; the message says which and why."""


def read(name: str) -> str:
    """The text of a file; `-` is standard input."""
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{name} cannot be read: {error}") from error


def parse(text: str, name: str) -> list[Object]:
    """The objects of a text, in its order."""
    try:
        documents = list(bodies.parse_documents(text))
    except (yaml.YAMLError, ValueError) as error:
        raise ManifestError(f"{name} is no YAML: {error}") from error
    return [obj for document in documents for obj in _objects(document, name)]


def _objects(document: object, name: str) -> Iterator[Object]:
    if document is None:
        return
    if not isinstance(document, dict) or not document.get("kind") or not document.get("apiVersion"):
        raise ManifestError(f"{name} holds something without apiVersion and kind")
    if document["kind"] == "List":
        for item in document.get("items") or ():
            yield from _objects(item, name)
        return
    yield legacy_kinds.add_group(document)


def load(name: str) -> list[Object]:
    """The objects of a file. Raises ManifestError when there are none."""
    found = parse(read(name), name)
    if not found:
        raise ManifestError(f"{name} holds no objects")
    return found


def load_all(names: Iterable[str]) -> list[Object]:
    """The objects of several files, in order. Raises ManifestError before anything is done."""
    return [obj for name in names for obj in load(name)]


def add_filename(parser: argparse.ArgumentParser, text: str) -> None:
    """The option `-f FILE`, which may be given several times, as `args.filename`."""
    parser.add_argument("-f", "--filename", action="append", default=[], metavar="FILE", help=text)
