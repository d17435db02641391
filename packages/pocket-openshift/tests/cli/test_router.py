import argparse

from pocket_openshift.cli import router


def test_options_and_a_sentence_for_a_bad_file(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    router.add_arguments(parser)
    args = parser.parse_args(["--kubeconfig", str(tmp_path / "none"), "--port", "0"])
    assert args.tls_port is None
    assert router.run(args) == 1
    assert capsys.readouterr().err.startswith("pocket-openshift router: ")
