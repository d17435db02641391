import subprocess
import sys

import pytest

from pocket_openshift import __main__


@pytest.mark.parametrize("verb", __main__.VERBS)
def test_every_verb_says_what_it_takes(verb, capsys):
    with pytest.raises(SystemExit) as caught:
        __main__.main([verb, "--help"])
    assert caught.value.code == 0
    assert f"pocket-openshift {verb}" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), ([], 0), (["no-such"], 2)])
def test_the_verbs_are_listed(words, code, capsys):
    with pytest.raises(SystemExit) as caught:
        __main__.main(words)
    assert caught.value.code == code
    said = capsys.readouterr()
    assert "new-app" in said.out + said.err


def test_the_command_works_from_a_shell(cluster):
    words = [sys.executable, "-m", "pocket_openshift", "get", "ns", "-o", "name", "default"]
    words += ["--kubeconfig", str(cluster.kubeconfig)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "namespace/default\n", "")
