"""The page docs/figures.md from what was measured. Pure: results in, text out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from load import results
from load.rules import figures, plots, requests

PROMPTS, MEMORY, SEQUENCE = "load-prompts.svg", "load-memory.svg", "load-sequence.svg"
COSTS = "load-costs.svg"
PLOTTED = "hub CPU a session"
AGAINST = {
    "users": "A start on a hub that knows so many other users who are not there.",
    "projects": "A start in a cluster with so many projects of another hub's sessions.",
    "terminals": "So many terminals in one session; memory is the server's, without the shells'.",
}
PARTS = ("hub", "proxy", "culler", "cluster", "pods", "visitors")
AIM_STARTS, AIM_PAGE, AIM_MEMORY = 0.999, 0.5, 0.1

INTRODUCTION = """\
# Figures

Measured and written by `python3 noxfile.py -s load`; not edited by hand. What README and
documentation say about speed points here, or to the table of a `bench`.

{about}

Each visitor is a program that does what a browser does, over HTTP and websockets: it opens the
start page, presses the button, waits as the pages say, opens the terminal, types three commands key
by key at human speed, reads two pages of the notes, and leaves. The hub, its proxy, the culler and
the notes are the demo's. The cluster is pocket-openshift on loopback. Pods share one process, in
which the terminal's real server runs for each of them, with real shells; images, mounted tokens and
the start of a program are left out, for all alike. {ready} Visitors, hub, proxy, cluster and
pods share the machine's cores: with more of them, all of it is sooner.

**{peer}** is bare KubeSpawner with TmpAuthenticator on the same cluster, measured in the same run:
no projects, accounts, budgets and network policies. In its pods, too, the light server stands for
jupyter-server, so that the difference is the hub's.
"""
PEER = "KubeSpawner"


def render_page(told: results.Results) -> str:
    """The whole page."""
    parts = [render_introduction(told)]
    if told.runs:
        parts += [render_crowd(told.runs), render_requests(told.runs)]
    if told.alive is not None:
        parts.append(render_alive(told.alive))
    if told.sequence is not None:
        parts.append(render_sequence(told.sequence))
    if told.costs:
        parts.append(render_costs(told.costs))
    parts.append(render_troubles(told))
    return "\n".join(part for part in parts if part)


def render_introduction(told: results.Results) -> str:
    """What was measured, when, where, and how."""
    after = told.ready_seconds
    ready = f"A pod is ready {after:g} s after it was made." if after else "A pod is ready at once."
    return INTRODUCTION.format(about=render_about(told), ready=ready, peer=PEER)


def render_about(told: results.Results) -> str:
    """When, where, and of what."""
    versions = ", ".join(f"{name} {version}" for name, version in told.versions)
    where = f"{told.date}, on {told.machine}, in {told.seconds / 60:.0f} minutes:"
    return f"{where}\n\n    {told.command}\n\n{versions}."


def render_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def render_cpu(part: str, run: results.Run) -> str:
    """Processor time of a part, for each visitor."""
    used = dict(run.cpu).get(part)
    return "-" if used is None else f"{used / max(run.visitors, 1):.2f} s"


def render_path(counts: Sequence[int]) -> str:
    """The least of some counts: the reserve may have been filled again beside the others."""
    return str(min(counts)) if counts else "-"


def render_share(part: int, whole: int) -> str:
    """A share in per cent, and of how many."""
    return f"{figures.find_share(part, whole) * 100:.4g} % ({part} of {whole})"


def render_seconds(values: Sequence[float], share: float) -> str:
    """A quantile in seconds; a dash where nothing was measured."""
    return f"{figures.find_quantile(values, share):.2f} s" if values else "-"


def render_milliseconds(values: Sequence[float], share: float) -> str:
    """A quantile in milliseconds."""
    return f"{figures.find_quantile(values, share) * 1000:.1f} ms" if values else "-"


Row = tuple[str, Callable[[results.Run], str]]
ROWS: tuple[Row, ...] = (
    (
        "starts that succeeded (aim 99.9 %)",
        lambda run: render_share(len(run.prompts), run.visitors),
    ),
    ("click to prompt, p50", lambda run: render_seconds(run.prompts, 0.5)),
    ("click to prompt, p95", lambda run: render_seconds(run.prompts, 0.95)),
    ("click to prompt, p99", lambda run: render_seconds(run.prompts, 0.99)),
    ("a page of the hub meanwhile, p95 (aim 0.5 s)", lambda run: render_seconds(run.pages, 0.95)),
    ("echo of a key, p95", lambda run: render_milliseconds(run.echoes, 0.95)),
    *((f"{part} CPU a session", partial(render_cpu, part)) for part in PARTS),
    ("longest hold of the hub's loop", lambda run: f"{run.held[0] * 1000:.0f} ms"),
    ("of which processor time, at most", lambda run: f"{run.held[1] * 1000:.0f} ms"),
    ("by the garbage collector, at most", lambda run: f"{run.held[2] * 1000:.0f} ms"),
    ("API requests from click to prompt", lambda run: render_path(run.path)),
    ("API requests a session, all in all", lambda run: f"{find_requests(run):.1f}"),
    ("all gone after the last left", lambda run: f"{run.gone:.1f} s"),
    ("orphans (aim 0)", lambda run: str(len(run.orphans))),
)


def render_crowd(runs: Sequence[results.Run]) -> str:
    """The table of a crowd that comes within a minute."""
    first = runs[0]
    table = render_table(
        ["", *(run.kind for run in runs)],
        [[name, *(show(run) for run in runs)] for name, show in ROWS],
    )
    return (
        f"## {first.visitors} arrivals in {first.within:g} s\n\n"
        "*cold*: everything is made for the visitor. *reserve*: accounts and projects are ready,\n"
        "pods are not. *warm*: pods wait, too. The reserve is as large as the crowd, and filled\n"
        "again meanwhile: that is in the hub's time and requests, as it would be in a class.\n\n"
        f"{table}\n![Share of visitors at a prompt, by seconds]({find_place(PROMPTS)})\n"
    )


def find_requests(run: results.Run) -> float:
    """API requests for each visitor."""
    return requests.count_all(run.requests) / max(run.visitors, 1)


def render_requests(runs: Sequence[results.Run]) -> str:
    """API requests by verb and kind, most first."""
    sums: dict[tuple[str, str], float] = {}
    for run in runs:
        for count in run.requests:
            key = (count.resource, count.verb)
            sums[key] = sums.get(key, 0) + count.number
    ordered = sorted(sums, key=lambda key: (-sums[key], key))
    rows = [
        [f"{verb} {resource}", *(render_rate(run, verb, resource) for run in runs)]
        for resource, verb in ordered
    ]
    return (
        "### API requests a session, by verb and kind\n\n"
        "Of the hub's account, which the culler uses, too.\n\n"
        f"{render_table(['', *(run.kind for run in runs)], rows)}"
    )


def render_rate(run: results.Run, verb: str, resource: str) -> str:
    """How often a visitor's session took this request; empty for never."""
    found = sum(c.number for c in run.requests if (c.verb, c.resource) == (verb, resource))
    return f"{found / max(run.visitors, 1):.2f}" if found else ""


def render_alive(run: results.Run) -> str:
    """Many sessions alive at once, then none."""
    slope = figures.find_slope(figures.take_rise(run.memory))
    rows = [[name, show(run)] for name, show in ROWS]
    return (
        f"## {run.visitors} sessions alive at once\n\n"
        f"They come as before ({run.kind}), stay until the last is at the prompt, then all leave\n"
        "at the same moment.\n\n"
        f"{render_table(['', run.kind], rows)}\n"
        f"Each session alive is {slope * 1024:.0f} KiB of the hub's memory.\n\n"
        f"![The hub's memory by sessions alive]({find_place(MEMORY)})\n"
    )


def render_sequence(told: results.Sequence) -> str:
    """Thousands one after the other."""
    back = figures.has_returned(told.before, told.after, AIM_MEMORY)
    rows = [
        ["starts that succeeded (aim 99.9 %)", render_share(told.succeeded, told.visitors)],
        ["sessions a minute", f"{told.visitors / max(told.seconds, 1e-9) * 60:.0f}"],
        ["hub's memory after the first tenth had gone", f"{told.before:.0f} MiB"],
        ["hub's memory after all had gone", f"{told.after:.0f} MiB"],
        ["back within 10 %", "yes" if back else "**no**"],
        ["orphans (aim 0)", str(len(told.orphans))],
    ]
    return (
        f"## {told.visitors} sessions in sequence\n\n"
        f"{told.at_once} at a time; each types one command and leaves.\n\n"
        f"{render_table(['', 'cold'], rows)}\n"
        f"![The hub's memory by sessions so far]({find_place(SEQUENCE)})\n"
    )


def render_costs(costs: Sequence[results.Cost]) -> str:
    """What one more costs where there is much already."""
    parts = ["## What one more costs\n"]
    for what, sentence in AGAINST.items():
        found = [cost for cost in costs if cost.what == what]
        if found:
            parts.append(f"### Against {what}\n\n{sentence}\n\n{_render_costs(what, found)}")
    parts.append(f"![{PLOTTED}, by users and projects that are there]({find_place(COSTS)})\n")
    return "\n".join(parts)


def _render_costs(what: str, costs: Sequence[results.Cost]) -> str:
    numbers = sorted({cost.number for cost in costs})
    names = list(dict.fromkeys((cost.figure, cost.unit) for cost in costs))
    values = {(cost.figure, cost.number): cost.value for cost in costs}
    rows = [
        [figure, *(f"{values[figure, number]:.3g} {unit}" for number in numbers)]
        for figure, unit in names
    ]
    return render_table([what, *map(str, numbers)], rows)


def render_troubles(told: results.Results) -> str:
    """What went wrong, in the words that visitors saw; nothing where nothing did."""
    runs = [*told.runs, *([told.alive] if told.alive else [])]
    lines = [f"{run.kind}: {text}" for run in runs for text in (*run.troubles, *run.errors)]
    if told.sequence is not None:
        lines += [f"in sequence: {text}" for text in told.sequence.troubles]
    if not lines:
        return ""
    told_lines = "\n".join(f"- `{line.replace('`', chr(39))}`" for line in dict.fromkeys(lines))
    return f"## What went wrong\n\n{told_lines}\n"


def problem_with_starts(told: results.Results) -> str | None:
    """Why the run has failed, whatever the machine's speed: too many starts, or an orphan."""
    runs = [*told.runs, *([told.alive] if told.alive else [])]
    counts = [(run.kind, len(run.prompts), run.visitors, run.orphans) for run in runs]
    if (row := told.sequence) is not None:
        counts.append(("in sequence", row.succeeded, row.visitors, row.orphans))
    for kind, succeeded, asked, orphans in counts:
        if figures.find_share(succeeded, asked) < AIM_STARTS:
            return f"{kind}: only {render_share(succeeded, asked)} of the starts succeeded."
        if orphans:
            return f"{kind}: left over were {', '.join(orphans[:5])}."
    return None


def render_plots(told: results.Results) -> dict[str, str]:
    """The pictures of the page, by the names of their files."""
    found = {}
    if told.runs:
        found[PROMPTS] = plot_prompts(told.runs)
    if told.alive is not None:
        found[MEMORY] = plot_memory(
            "The hub's memory by sessions alive", "sessions alive", told.alive.memory
        )
    if told.sequence is not None:
        found[SEQUENCE] = plot_memory(
            "The hub's memory by sessions so far", "sessions so far", told.sequence.memory
        )
    if told.costs:
        found[COSTS] = plot_costs(told.costs)
    return found


def plot_costs(costs: Sequence[results.Cost]) -> str:
    """The hub's time a session, by how much is there already."""
    found = [cost for cost in costs if cost.figure == PLOTTED]
    names = list(dict.fromkeys(cost.what for cost in found))
    lines = [
        plots.Line(name, tuple((cost.number, cost.value) for cost in found if cost.what == name))
        for name in names
    ]
    x = plots.Axis("there already", max((cost.number for cost in found), default=1))
    y = plots.Axis("ms", max((cost.value for cost in found), default=1.0))
    return plots.render_plot("The hub's processor time a session", x, y, lines)


def plot_prompts(runs: Sequence[results.Run]) -> str:
    """Which share of the visitors had a prompt after so many seconds."""
    lines = [
        plots.Line(
            run.kind,
            tuple((x, y * 100) for x, y in figures.make_distribution(run.prompts)),
        )
        for run in runs
    ]
    highest = max((line.points[-1][0] for line in lines if line.points), default=1.0)
    x, y = plots.Axis("seconds from click to prompt", highest), plots.Axis("% of visitors", 100)
    return plots.render_plot("Visitors at a prompt", x, y, lines)


def plot_memory(title: str, name: str, points: Sequence[tuple[float, float]]) -> str:
    """Memory over a number of sessions."""
    x = plots.Axis(name, max((a for a, _ in points), default=1.0))
    y = plots.Axis("MiB", max((b for _, b in points), default=1.0))
    return plots.render_plot(title, x, y, [plots.Line("hub", tuple(points))], dots=True)


def find_place(name: str) -> str:
    """Where the page finds a picture."""
    return f"images/{name}"
