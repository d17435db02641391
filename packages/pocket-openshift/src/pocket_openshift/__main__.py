"""The command `pocket-openshift`: one module a verb, imported when it is asked for."""

from __future__ import annotations

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

# verb -> (module with `add_arguments(parser)` and `run(args) -> int`, one line of help)
VERBS = {
    "serve": ("serving", "serve the API and the OAuth server on loopback"),
    "node": ("cli.node", "run the pods of an API server as local processes"),
    "router": ("cli.router", "forward HTTP on loopback to services, routes, ingresses"),
    "apply": ("cli.apply", "create or change the objects of files"),
    "new-app": ("cli.new_app", "process a template and create its objects"),
    "get": ("cli.get", "print objects"),
    "delete": ("cli.delete", "delete objects by name"),
}


PURPOSE = (
    "An OpenShift-like API that runs pods as local processes: for demos and tests, "
    "not for production."
)


def make_overview() -> argparse.ArgumentParser:
    """The parser that knows the names of the verbs only."""
    parser = argparse.ArgumentParser(prog="pocket-openshift", description=PURPOSE)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (_, text) in VERBS.items():
        verbs.add_parser(name, help=text)
    return parser


def import_quickly(name: str) -> ModuleType:
    """A module of ours, without a search for garbage meanwhile: what is imported is none."""
    gc.disable()
    try:
        return importlib.import_module(name, __package__)
    finally:
        gc.enable()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb, importing only its module; its exit code. Options may stand between words."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in VERBS:
        make_overview().parse_args(words or ["--help"])
        return 2
    module, text = VERBS[words[0]]
    command = import_quickly(f".{module}")
    parser = argparse.ArgumentParser(prog=f"pocket-openshift {words[0]}", description=text)
    command.add_arguments(parser)
    return int(command.run(parser.parse_intermixed_args(words[1:])))


if __name__ == "__main__":
    sys.exit(main())
