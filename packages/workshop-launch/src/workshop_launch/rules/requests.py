"""The little of HTTP/1.1 that is spoken here: a question (GET) and a hand-over (POST).

What is read comes in pieces; each look at what has come so far says whether more is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

from workshop_launch.rules.handover import LARGEST_MESSAGE

PATH = "/workshop-launch"
LARGEST_HEAD = 8 * 1024
_END = b"\r\n\r\n"
_PHRASES = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    411: "Length Required",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
}


@dataclass(frozen=True)
class Request:
    """A whole request: a hand-over with its `body`, or (None) the question whether we wait."""

    body: bytes | None = None


@dataclass(frozen=True)
class Refusal:
    """A request that is not heard, with the status of the answer and the reason for the log."""

    status: int
    reason: str


def parse_request(read: bytes) -> Request | Refusal | None:
    """What has been read so far: a request, one that is refused, or None for more to come."""
    head, found, body = read.partition(_END)
    if not found:
        return Refusal(431, "its head is too long") if len(read) > LARGEST_HEAD else None
    if len(head) > LARGEST_HEAD:
        return Refusal(431, "its head is too long")
    lines = head.split(b"\r\n")
    words = lines[0].split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
        return Refusal(400, "it is not HTTP/1")
    if words[0] in (b"GET", b"HEAD"):
        return Request()
    if words[0] != b"POST":
        return Refusal(405, "it is neither GET nor POST")
    if words[1] != PATH.encode():
        return Refusal(404, "it is for another path")
    return _parse_body(lines[1:], body)


def _parse_body(lines: list[bytes], body: bytes) -> Request | Refusal | None:
    names = [line.partition(b":")[0].strip().lower() for line in lines]
    if b"transfer-encoding" in names:
        return Refusal(411, "it does not say how long it is")
    lengths = [
        line.partition(b":")[2].strip() for line in lines if line.lower().startswith(b"content-len")
    ]
    if len(lengths) != 1 or names.count(b"content-length") != 1:
        return Refusal(411, "it does not say how long it is")
    if not lengths[0].isdigit() or len(lengths[0]) > 12:
        return Refusal(400, "its length is no number")
    length = int(lengths[0])
    if length > LARGEST_MESSAGE:
        return Refusal(413, f"it is longer than {LARGEST_MESSAGE} bytes")
    if len(body) > length:
        return Refusal(400, "it is longer than it says")
    return Request(body) if len(body) == length else None


def render_answer(status: int, text: str = "") -> bytes:
    """The whole answer, after which the connection is closed."""
    body = b"" if status == 204 else f"{text or _PHRASES[status]}\n".encode()
    head = [f"HTTP/1.1 {status} {_PHRASES[status]}", "Connection: close", "Cache-Control: no-store"]
    if status != 204:
        head += ["Content-Type: text/plain; charset=utf-8", f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + _END + body
