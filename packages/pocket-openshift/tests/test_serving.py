import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
import yaml

from pocket_openshift import __main__, serving
from pocket_openshift.core import persistence


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.1.1", False),
        ("example.org", False),
        ("::", False),
    ],
)
def test_what_is_loopback(host, expected):
    assert serving.is_loopback(host) is expected


def test_another_address_is_refused_with_what_it_would_mean(capsys):
    assert __main__.main(["serve", "--host", "0.0.0.0"]) == 2
    said = capsys.readouterr().err
    assert "runs programs as you" in said
    assert "--allow-anyone-to-run-programs-as-me" in said


def test_a_bad_user_is_refused_before_anything_starts(capsys):
    assert __main__.main(["serve", "--port", "0", "--user", "alice"]) == 2
    assert "alice:PASSWORD" in capsys.readouterr().err


@pytest.fixture
def served(tmp_path):
    """The command as a person runs it."""
    config = tmp_path / "kubeconfig"
    command = [
        sys.executable,
        "-m",
        "pocket_openshift",
        "serve",
        "--port",
        "0",
        "--oauth-port",
        "0",
    ]
    command += ["--kubeconfig", str(config), "--user", "alice:pw:students"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    yield process, line, config
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def test_it_says_when_it_answers_and_what_it_is_for(served):
    process, line, config = served
    found = re.fullmatch(r"ready (https://127\.0\.0\.1:\d+) oauth (https://localhost:\d+)\n", line)
    assert found, line
    written = yaml.safe_load(config.read_text())
    cluster = written["clusters"][0]["cluster"]
    assert cluster["server"] == found[1]
    import base64
    import ssl

    ca = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=ca)
    token = written["users"][0]["user"]["token"]
    request = urllib.request.Request(
        f"{found[1]}/api/v1/namespaces",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, context=context) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 0
    said = process.stderr.read()
    assert "not made for production" in said
    assert token not in said


def test_an_interrupt_is_a_quiet_end(served):
    process, _, _ = served
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(timeout=120) == 0
    assert "Traceback" not in process.stderr.read()


def test_what_keeps_it_from_starting_is_a_sentence(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert __main__.main(["serve", "--port", port, "--oauth-port", "0"]) == 2
    assert "give --port 0" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    words = ["serve", "--port", "0", "--oauth-port", "0"]
    assert __main__.main([*words, "--data", str(tmp_path / "file")]) == 2
    assert "cannot start" in capsys.readouterr().err
    state_file = persistence.StateFile(tmp_path / "kept")
    assert __main__.main([*words, "--data", str(tmp_path / "kept")]) == 2
    assert "another pocket-openshift keeps its state" in capsys.readouterr().err
    state_file.close()
    (tmp_path / "kept" / "objects.sqlite").write_bytes(b"no database" * 100)
    assert __main__.main([*words, "--data", str(tmp_path / "kept")]) == 2
    assert "cannot be used" in capsys.readouterr().err
    assert __main__.main([*words, "--kubeconfig", str(tmp_path / "file" / "config")]) == 2
    assert "cannot start" in capsys.readouterr().err


def test_a_number_that_is_no_port_is_refused(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["serve", "--port", "99999"])
    assert "99999 is no port" in capsys.readouterr().err
