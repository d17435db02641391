import argparse
import sys

import pytest

from pocket_openshift.cli import node


def parse(*words):
    parser = argparse.ArgumentParser()
    node.add_arguments(parser)
    return parser.parse_args(words)


def test_options():
    args = parse("--kubeconfig", "k", "--namespaces", "a", "--namespaces", "b", "--data", "d")
    assert args.namespaces == ["a", "b"]
    assert (str(args.kubeconfig), str(args.data)) == ("k", "d")
    assert args.router_port is None


def test_a_kubeconfig_is_needed(capsys):
    with pytest.raises(SystemExit):
        parse()
    assert "--kubeconfig" in capsys.readouterr().err


def test_what_keeps_it_from_running_is_a_sentence(tmp_path, capsys):
    assert node.run(parse("--kubeconfig", str(tmp_path / "none"))) == 1
    error = capsys.readouterr().err
    assert error.startswith("pocket-openshift node: ")
    assert "cannot be used as a kubeconfig" in error
    assert "Traceback" not in error
    assert sys.exc_info() == (None, None, None)
