"""The command `pocket-openshift`: one room a verb, imported when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

# verb -> (module with `add_arguments(parser)` and `run(args) -> int`, one line of help)
VERBS = {
    "serve": ("serving", "serve the API and the OAuth server on loopback"),
    "node": ("node.command", "run the pods of an API server as local processes"),
    "apply": ("commands.apply", "create or change the objects of files"),
    "new-app": ("commands.new_app", "process a template and create its objects"),
    "get": ("commands.get", "print objects"),
    "delete": ("commands.delete", "delete objects by name"),
}


def make_parser(verb: str | None) -> argparse.ArgumentParser:
    """The parser; only the room of the verb in hand is imported."""
    parser = argparse.ArgumentParser(
        prog="pocket-openshift",
        description="An OpenShift-like API that runs pods as local processes: for demos and "
        "tests, not for production.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (module, text) in VERBS.items():
        sub = verbs.add_parser(name, help=text, description=text)
        if name == verb:
            room = importlib.import_module(f".{module}", __package__)
            room.add_arguments(sub)
            sub.set_defaults(run=room.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in words if not word.startswith("-")), None)
    args = make_parser(verb).parse_args(words)
    return int(args.run(args))


if __name__ == "__main__":
    sys.exit(main())
