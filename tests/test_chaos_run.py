"""Two minutes of chaos from one seed: real programs are killed while real visitors type.

What a run decides is in test_chaos_rules.py; other seeds: `python3 noxfile.py -s chaos`.
"""

import asyncio
import os
import sys
from pathlib import Path

import pytest

import realhub
from chaos import run

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]
# It found that a jump of the clock ended everybody as idle. In it go a node, the API server, a pod,
# and the hub, with its proxy and alone.
SEED = 1


@pytest.mark.hub
@pytest.mark.timeout(600)
async def test_two_minutes_of_chaos_lose_nothing_and_leave_nothing(tmp_path):
    if reason := realhub.proxy_missing():
        pytest.skip(reason)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chaos", "--seed", str(SEED), "--minutes", "2"),
        *("--folder", str(tmp_path)),
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(
                str(ROOT / folder) for folder in ("tools", "demo", "tests/support")
            ),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    # What was violated comes last, after the logs: of a long report the end is what one sees.
    assert process.returncode == 0, f"{find_logs(tmp_path)}\n{said.decode()}"
    assert f"Seed {SEED}: every invariant held" in said.decode()


def find_logs(folder: Path) -> str:
    """The end of all that the parts of a run have logged."""
    return "\n".join(
        f"{log}:\n{log.read_text(errors='replace')[-20_000:]}"
        for log in folder.glob("workshop-chaos-*/*.log")
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--only", "kill_hub,kil_api"], "no such fault: kil_api"),
        (["--minutes", "0"], "--minutes is more than 0"),
        (["--minutes", "nan"], "--minutes is more than 0"),
    ],
)
def test_a_wrong_word_is_refused_by_name(words, says, capsys):
    with pytest.raises(SystemExit) as ended:
        run.parse_arguments(words)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


async def test_a_schedule_is_printed_and_nothing_started(capsys):
    assert await run.main(["--seed", "7", "--list", "--only", "kill_api"]) == 0
    first, *steps = capsys.readouterr().out.splitlines()
    assert first == "Seed 7, 2 minutes:"
    assert steps
    assert all("kill_api" in line for line in steps)
