"""The prompt, and what interactive shells read."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import bashrc


@pytest.mark.parametrize(
    ("user", "prompt"),
    [
        ("ada", r"[ada:\w] $ "),
        ("ada@example.org", r"[ada@example.org:\w] $ "),
        ("", r"[\w] $ "),
        ("$(reboot)`x`\\w!", r"[__reboot__x__w_:\w] $ "),
        ("é" * 3, r"[___:\w] $ "),
        ("x" * 99, rf"[{'x' * 40}:\w] $ "),
    ],
)
def test_the_prompt(user, prompt):
    assert bashrc.make_prompt(user) == prompt


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet="a$(){}`\\'\"!;|&<>\n", max_size=20))
def test_fuzz_no_name_runs_anything(user):
    """bash itself expands the prompt; a name that ran something would print it here."""
    prompt = bashrc.make_prompt(user)
    done = subprocess.run(
        ["bash", "-c", 'PS1=$1; cd /; printf %s "${PS1@P}"', "x", prompt],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == prompt.replace(r"\w", "/")
    assert done.stderr == ""


def test_fragments_first_and_the_persons_own_file_last(tmp_path):
    fragment = tmp_path / "it's.sh"
    fragment.write_text("greet() { echo hello $1; }\nPS1=lost\n")
    (tmp_path / ".bashrc").write_text("alias mine=true\n")
    rc = tmp_path / "rc"
    rc.write_text(bashrc.make_bashrc(r"[ada:\w] $ ", [fragment, tmp_path / "missing.sh"]))
    done = subprocess.run(
        [*bashrc.make_argv(["/bin/bash", "-i"], str(rc)), "-c", 'greet ada; echo "$PS1"; alias'],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[:2] == ["hello ada", r"[ada:\w] $ "]
    assert "alias mine='true'" in done.stdout


def test_a_persons_own_prompt_wins(tmp_path):
    (tmp_path / ".bashrc").write_text("PS1='mine> '\n")
    rc = tmp_path / "rc"
    rc.write_text(bashrc.make_bashrc("ours", []))
    done = subprocess.run(
        ["bash", "--rcfile", str(rc), "-i", "-c", 'echo "$PS1"'],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "mine> \n"


@pytest.mark.parametrize(
    "shell", [["/bin/sh", "-i"], ["/bin/bash", "-il"], ["/usr/bin/zsh", "-i"], ["/bin/bash"]]
)
def test_other_shells_keep_their_own_files(shell):
    assert bashrc.make_argv(shell, "/rc") == shell
