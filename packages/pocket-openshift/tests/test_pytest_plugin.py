import subprocess
import sys


def test_the_fixture_is_there_for_everyone_and_fresh_for_each_test(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "BODY = {'metadata': {'name': 'a'}}\n"
        "def test_one(cluster):\n"
        "    assert cluster.request('POST', '/api/v1/namespaces', BODY).status == 201\n"
        "def test_two(cluster):\n"
        "    assert cluster.request('POST', '/api/v1/namespaces', BODY).status == 201\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", str(tmp_path), "-p", "no:cacheprovider"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_loading_the_plugin_starts_nothing():
    program = (
        "import sys, threading\n"
        "import pocket_openshift.pytest_plugin\n"
        "assert threading.active_count() == 1\n"
        "assert 'tornado' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
