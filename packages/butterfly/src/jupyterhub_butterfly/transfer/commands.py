"""`workshop-download` and `workshop-upload`, as they run in a shell of the terminal.

They ask the server, through a socket that only this account may use, to offer a file in the
browser; the person there decides by a click. Run as a file of its own by `runtime`: the standard
library only.
"""

import contextlib
import json
import os
import socket
import sys

USAGE = {
    "download": "usage: workshop-download FILE...   offers files, or zipped folders, in the page",
    "upload": "usage: workshop-upload [FOLDER]   asks in the page for files for the folder",
}
SECONDS = 10.0
LARGEST = 65536


def make_question(verb: str, path: str, environ: "dict[str, str]", cwd: str) -> bytes:
    """Make the line that the server reads; the path is absolute."""
    session = environ.get("TERMINAL_SESSION", "")
    question = {"ask": verb, "session": session, "path": os.path.join(cwd, path)}
    return json.dumps(question).encode() + b"\n"


def ask(address: str, question: bytes) -> "dict[str, object]":
    """Send a question; returns the answer. Raises `OSError`, `ValueError`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.settimeout(SECONDS)
        one.connect(address)
        with contextlib.suppress(BrokenPipeError):  # refused unheard: the answer says why
            one.sendall(question)
        answer = b""
        while not answer.endswith(b"\n") and len(answer) < LARGEST:
            data = one.recv(4096)
            if not data:
                break
            answer += data
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise ValueError("no answer")
    return found


def main(argv: "list[str]") -> int:
    """Ask for each path; returns 0 when all were offered, 1 when not, 2 for a wrong call."""
    verb, paths = argv[0], argv[1:]
    if paths[:1] == ["--"]:
        paths = paths[1:]
    elif any(path in {"-h", "--help"} for path in paths):
        print(USAGE[verb])
        return 0
    if verb == "upload" and not paths:
        paths = ["."]
    if not paths or (verb == "upload" and len(paths) > 1):
        print(USAGE[verb], file=sys.stderr)
        return 2
    address = os.environ.get("TERMINAL_SOCKET", "")
    if not address:
        print("This works in a terminal in the browser only.", file=sys.stderr)
        return 1
    return max(ask_one(verb, address, path) for path in paths)


def ask_one(verb: str, address: str, path: str) -> int:
    """Ask for one path and say what became of it."""
    try:
        question = make_question(verb, path, dict(os.environ), os.getcwd())
        answer = ask(address, question)
    except (OSError, ValueError) as error:
        print(f"The terminal's server does not answer: {error}", file=sys.stderr)
        return 1
    ok = answer.get("ok") is True
    print(answer.get("sentence", ""), file=sys.stdout if ok else sys.stderr)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
