"""Lines of the hub's events of a start."""

import pytest

from workshop_culler.rules.start_events import StartEvent, read_event


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (b"\n", None),
        (b": still here\n", None),
        (b"data: x\n", None),
        (b"data: [1]\n", None),
        (b'data: {"progress": 50, "message": "Making"}\n', StartEvent()),
        (b'data: {"progress": 100, "ready": true}\n', StartEvent(True)),
        (
            b'data: {"failed": true, "message": "Spawn failed: No  room."}\n',
            StartEvent(True, "No room."),
        ),
        (b'data: {"failed": true}', StartEvent(True, "The start failed; the hub's log says why.")),
    ],
)
def test_a_line_says_how_a_start_goes(line, event):
    assert read_event(line) == event


def test_what_a_hub_says_is_not_taken_without_end():
    event = read_event(b'data: {"failed": true, "message": "' + b"x" * 10000 + b'"}')
    assert len(event.failure) == 300
