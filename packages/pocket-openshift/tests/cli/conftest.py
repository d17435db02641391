"""The command line against a real cluster: a function that runs one verb in this process."""

import pytest

from pocket_openshift import __main__


@pytest.fixture
def pocket(cluster, monkeypatch, capsys):
    """A function: words -> (exit code, lines of output, lines of errors), as an admin."""
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))

    def run(*words):
        code = __main__.main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err.splitlines()

    return run


@pytest.fixture
def write(tmp_path):
    """A function: name, text -> the file."""

    def put(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return put
