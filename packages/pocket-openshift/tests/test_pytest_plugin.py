import os
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
    # Only ours: the machine's other plugins are none of this test's business.
    flags = ["-q", "-p", "no:cacheprovider", "-p", "pocket_openshift.pytest_plugin"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *flags, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
    )
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_loading_the_plugin_starts_nothing():
    program = (
        "import sys, threading\n"
        "import pocket_openshift.pytest_plugin\n"
        "assert threading.active_count() == 1\n"
        "assert 'aiohttp' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
