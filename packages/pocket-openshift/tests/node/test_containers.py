"""Probes and restarts of containers, through real pods.

See test_pods.py for the rest of their lives.
"""

PATIENT = {"periodSeconds": 1, "failureThreshold": 1, "timeoutSeconds": 20}  # on a busy machine too


def conditions_of(pod):
    return {one["type"]: one["status"] for one in pod["status"].get("conditions", [])}


def test_readiness_comes_and_goes(ws, node, tmp_path):
    probe = {"exec": {"command": ["test", "-e", f"{tmp_path}/ready"]}}
    ws.run(["sleep", "1000"], container={"readinessProbe": probe | PATIENT})
    ws.until_state(lambda status: status.get("started"))
    assert conditions_of(ws.get().body)["Ready"] == "False"
    (tmp_path / "ready").touch()
    ws.until_ready()
    (tmp_path / "ready").unlink()
    ws.until(lambda pod: conditions_of(pod)["Ready"] == "False")
    assert "Readiness probe failed" in ws.until_event("Unhealthy")["message"]


def test_a_container_that_fails_its_liveness_probe_is_started_again(ws, node, tmp_path):
    well = {"exec": {"command": ["test", "!", "-e", f"{tmp_path}/sick"]}}
    begun = {"exec": {"command": ["test", "-e", f"{tmp_path}/begun"]}}
    probes = {"livenessProbe": well | PATIENT, "readinessProbe": begun | PATIENT}
    script = f"rm -f {tmp_path}/sick; touch {tmp_path}/begun; exec sleep 1000"
    ws.run(["sh", "-c", script], container=probes)
    ws.until_ready()  # the shell may only now have come to its first line, and will remove no more
    (tmp_path / "sick").touch()
    pod = ws.until_state(lambda status: status.get("restartCount") == 1)
    last = pod["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert last["exitCode"] == 143
    assert (
        ws.until_event("Killing")["message"]
        == "Container c failed liveness probe, will be restarted"
    )


def test_other_probes_wait_for_the_startup_probe(ws, node, tmp_path):
    startup = {"exec": {"command": ["test", "-e", f"{tmp_path}/up"]}}
    startup |= {"periodSeconds": 1, "failureThreshold": 60}
    liveness = {"exec": {"command": ["test", "-e", f"{tmp_path}/up"]}} | PATIENT
    ws.run(["sleep", "1000"], container={"startupProbe": startup, "livenessProbe": liveness})
    status = ws.until_state(lambda status: "running" in status.get("state", {}))
    assert not status["status"]["containerStatuses"][0]["started"]
    (tmp_path / "up").touch()
    assert ws.until_ready()["status"]["containerStatuses"][0]["restartCount"] == 0


def test_too_much_memory_is_told_as_such(ws, node):
    hog = "import time; x = bytearray(90_000_000); time.sleep(100)"
    limits = {"resources": {"limits": {"memory": "60Mi"}}}
    ws.run(["python3", "-c", hog], container=limits, restartPolicy="Never")
    status = ws.until_phase("Failed")["status"]["containerStatuses"][0]
    assert status["state"]["terminated"]["reason"] == "OOMKilled"


def test_a_hook_after_the_start_that_fails_ends_the_container(ws, node):
    hook = {"postStart": {"exec": {"command": ["false"]}}}
    ws.run(["sleep", "1000"], container={"lifecycle": hook}, restartPolicy="Never")
    ws.until_phase("Failed")
    ws.until_event("FailedPostStartHook")


def test_the_last_lines_of_the_log_may_be_the_message(ws, node):
    policy = {"terminationMessagePolicy": "FallbackToLogsOnError"}
    ws.run(["sh", "-c", "echo why; exit 1"], container=policy, restartPolicy="Never")
    status = ws.until_phase("Failed")["status"]["containerStatuses"][0]
    assert status["state"]["terminated"]["message"] == "why\n"
