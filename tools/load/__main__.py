"""`python3 noxfile.py -s load`: measure, and write docs/figures.md with its plots.

Without options everything, in some twenty minutes on two cores; with `--out` the page is written
elsewhere. What is 0, or not among the kinds, is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

import children
from load import costs, process_limits, results, runs
from load.rules import report
from load.stack import Kind, open_stack

DOCS = Path(__file__).resolve().parents[2] / "docs"
KINDS = ("cold", "reserve", "warm", "kubespawner")
SHOWN_VERSIONS = ("jupyterhub-workshop-spawner", "jupyterhub", "jupyterhub-kubespawner")
MOST_VISITORS = 20_000


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """What the command line says; SystemExit for what cannot be."""
    parser = argparse.ArgumentParser(prog="load", description=__doc__)
    number = make_number(MOST_VISITORS)
    parser.add_argument("--arrivals", type=number, default=300, help="visitors of a crowd (300)")
    parser.add_argument(
        "--within", type=float, default=60.0, help="seconds in which they come (60)"
    )
    parser.add_argument("--alive", type=number, default=500, help="sessions alive at once (500)")
    parser.add_argument("--in-sequence", type=number, default=3000, help="one after another (3000)")
    parser.add_argument("--at-once", type=make_number(100), default=8, help="of those (8)")
    parser.add_argument("--alone", type=make_number(100), default=3, help="come alone before (3)")
    parser.add_argument("--kinds", type=parse_kinds, default=KINDS, help=",".join(KINDS))
    parser.add_argument("--ready", type=float, default=0.0, help="seconds until a pod is ready (0)")
    parser.add_argument(
        "--no-costs", action="store_true", help="without users, projects, terminals"
    )
    parser.add_argument("--out", type=Path, default=DOCS, help="folder of the page (docs)")
    parser.add_argument("--json", type=Path, help="write what was measured, too")
    return parser.parse_args(argv)


def make_number(most: int) -> Callable[[str], int]:
    """A parser of whole numbers from 0 to so many."""

    def parse(text: str) -> int:
        value = int(text)
        if not 0 <= value <= most:
            raise argparse.ArgumentTypeError(f"{value} is not from 0 to {most}")
        return value

    return parse


def parse_kinds(text: str) -> tuple[str, ...]:
    """Kinds by their names, separated by commas."""
    names = tuple(name for name in text.split(",") if name)
    if unknown := set(names) - set(KINDS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not of {', '.join(KINDS)}")
    return names


def make_kinds(options: argparse.Namespace) -> list[Kind]:
    """The stacks to measure, with a reserve as large as the crowd."""
    size = options.arrivals
    every = {
        "cold": Kind("cold", ready_seconds=options.ready),
        "reserve": Kind("reserve", size, ready_seconds=options.ready),
        "warm": Kind("warm", size, size, ready_seconds=options.ready),
        "kubespawner": Kind(report.PEER, peer=True, ready_seconds=options.ready),
    }
    return [every[name] for name in options.kinds]


async def measure(options: argparse.Namespace, argv: Sequence[str]) -> results.Results:
    """All that was asked for."""
    begun = time.monotonic()
    told = dataclasses.replace(describe(argv), ready_seconds=options.ready)
    if options.arrivals:
        crowds = [await measure_crowd(kind, options) for kind in make_kinds(options)]
        told = dataclasses.replace(told, runs=tuple(crowds))
    if options.alive or options.in_sequence:
        told = await measure_long(told, options)
    if not options.no_costs:
        say("what one more costs")
        found = await costs.measure_users((10, 100, 1000))
        found += await costs.measure_projects((1, 100, 1000))
        found += await costs.measure_terminals((1, 10, 100))
        told = dataclasses.replace(told, costs=tuple(found))
    return dataclasses.replace(told, seconds=time.monotonic() - begun)


async def measure_crowd(kind: Kind, options: argparse.Namespace) -> results.Run:
    """A crowd of one kind."""
    say(f"{options.arrivals} arrivals in {options.within:g} s, {kind.name}")
    async with open_stack(kind) as stack:
        await stack.wait_for_reserve()
        await runs.warm_up(stack)
        return await runs.run_crowd(stack, options.arrivals, options.within, alone=options.alone)


async def measure_long(told: results.Results, options: argparse.Namespace) -> results.Results:
    """Many alive at once, then many in sequence; each on a hub of its own."""
    kind = Kind("cold", ready_seconds=options.ready)
    if options.alive:
        say(f"{options.alive} sessions alive at once")
        # As many a second as in the crowds, where there are some.
        within = options.within * options.alive / (options.arrivals or options.alive)
        async with open_stack(kind) as stack:
            await runs.warm_up(stack)
            alive = await runs.run_crowd(stack, options.alive, within, stay=True)
        told = dataclasses.replace(told, alive=alive)
    if options.in_sequence:
        say(f"{options.in_sequence} sessions in sequence")
        async with open_stack(kind) as stack:
            found = await runs.run_sequence(stack, options.in_sequence, options.at_once)
        told = dataclasses.replace(told, sequence=found)
    return told


def describe(argv: Sequence[str]) -> results.Results:
    """When and where this is, and of which versions."""
    memory = psutil.virtual_memory().total / 2**30
    busy = os.getloadavg()[0]
    machine = (
        f"{psutil.cpu_count()} cores of {find_processor()}, {memory:.0f} GiB,"
        f" with a load of {busy:.1f} before it began"
    )
    shown = tuple((name, version(name)) for name in SHOWN_VERSIONS)
    words = f" -- {' '.join(argv)}" if argv else ""
    return results.Results(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine,
        versions=(("Python", platform.python_version()), *shown),
        command=f"python3 noxfile.py -s load{words}",
    )


def find_processor() -> str:
    """The name of the processor, as Linux says it; else the architecture."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def write(told: results.Results, folder: Path) -> None:
    """The page and its pictures."""
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    for name, picture in report.render_plots(told).items():
        (images / name).write_text(picture)
    (folder / "figures.md").write_text(report.render_page(told))


def say(text: str) -> None:
    """Tell what is done now, with the time."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


def main(argv: Sequence[str]) -> int:
    """Measure, write, and print the page; 1 where an aim that is no matter of speed was missed."""
    options = parse_arguments(argv)
    process_limits.raise_files()
    children.adopt_orphans()
    try:
        told = asyncio.run(measure(options, argv))
    finally:
        children.end_orphans()
    write(told, options.out)
    if options.json:
        options.json.write_text(json.dumps(dataclasses.asdict(told), indent=1) + "\n")
    print(report.render_page(told))
    if problem := report.problem_with_starts(told):
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
