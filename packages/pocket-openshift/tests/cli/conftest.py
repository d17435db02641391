"""The command line against a real cluster: a function that runs one verb in this process."""

import pytest

import command_line


@pytest.fixture
def pocket(cluster, monkeypatch, capsys):
    """A function: words -> (exit code, lines of output, lines of errors), as an admin."""
    return command_line.make_command(cluster, monkeypatch, capsys)


@pytest.fixture
def write(tmp_path):
    """A function: name, text -> the file."""

    def put(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return put
