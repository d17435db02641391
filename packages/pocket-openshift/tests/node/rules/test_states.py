from datetime import UTC, datetime

import pytest

from pocket_openshift.node.rules import states

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, UTC)


@pytest.mark.parametrize(
    ("code", "memory", "expected"),
    [
        (0, False, (0, "Completed", 0)),
        (3, False, (3, "Error", 0)),
        (-15, False, (143, "Error", 15)),
        (-9, True, (137, "OOMKilled", 9)),
    ],
)
def test_an_exit_is_told_as_kubernetes_tells_it(code, memory, expected):
    ended = states.read_exit(code, started_at=NOW, finished_at=NOW, out_of_memory=memory)
    assert (ended.exit_code, ended.reason, ended.signal) == expected
