r"""What a program's output may not say to the browser: a streaming filter of escape sequences.

Butterfly's client knows device control strings (ESC P ... ESC \\) that no other terminal has:
PROMPT and +q put text into the shell's *input*, HTML and IMAGE put active markup into the page,
TEXT hides more sequences. So a file that somebody is made to `cat` could type into their shell. By
default all device control strings are taken out, but for short status requests ($q) that editors
make.

`sessions` runs all output through `Filter.feed`, whatever the split across reads.
"""

from __future__ import annotations

import re

ESC = 0x1B
ESCAPES = re.compile(rb"\x1b{2,}")
# After so many bytes without an end a string is taken for junk, and what follows is shown again.
LONGEST_STRING = 64 * 1024
# ESC P $ q <one to three printable characters>: answered with a fixed text by both clients.
STATUS_REQUEST = re.compile(rb'\$q[ "\'a-zA-Z]{1,3}\Z')
# What ends a string in either client or in a real terminal: BEL, CAN, SUB, ESC.
STRING_END = re.compile(rb"[\x07\x18\x1a\x1b]")

# Questions that a terminal answers by *typing*. Live, the program that asked reads the answer; in
# a replay the shell would read it. CSI ... n (status), CSI ... c (attributes), CSI ... t
# (window), CSI ... x, CSI > q, CSI ... $ p (modes), CSI ? u (keyboard), ESC Z, OSC ... ? (colours),
# all DCS. A string that is cut off goes, too: where a question was inside, its gap would end it.
_REST = rb"[^\x07\x18\x1a\x1b]*(?:\x1b\\|[\x07\x18\x1a]|\Z|(?=\x1b))"
QUESTIONS = re.compile(
    rb"\x1b\[[?>=0-9;]*(?:[cntx]|\$p)"
    rb"|\x1b\[>[0-9;]*q"
    rb"|\x1b\[\?u"
    rb"|\x1bZ"
    rb"|\x1b\][0-9;]*;\?" + _REST + rb"|\x1b\]52;" + _REST + rb"|\x1bP" + _REST
)


def remove_questions(replay: bytes) -> bytes:
    """Return recorded output without the sequences that a terminal would answer.

    CAN takes their place: it shows nothing, and no new sequence can form across the gap.
    """
    return QUESTIONS.sub(b"\x18", replay)


class Filter:
    """Takes device control strings out of a stream of bytes."""

    def __init__(self) -> None:
        self._tail = b""  # an ESC at the end of a read: the next byte decides
        self._string: bytearray | None = None  # the inside of a string that has not ended
        self._dropped = 0

    def feed(self, data: bytes) -> bytes:
        """Return what may be shown of `data`, given all that was fed before."""
        if self._string is None and not self._tail and ESC not in data:
            return data
        # Several ESC are one to a terminal; as one they also are the same however a read cuts them.
        data, self._tail = ESCAPES.sub(b"\x1b", self._tail + data), b""
        out: list[bytes] = []
        while data:
            data = self._skip(data, out) if self._string is not None else self._pass(data, out)
        return b"".join(out)

    def _pass(self, data: bytes, out: list[bytes]) -> bytes:
        """Let ordinary output through, up to the start of a string; return the rest."""
        start = data.find(b"\x1bP")
        if start >= 0:
            out.append(data[:start])
            self._string = bytearray()
            return data[start + 2 :]
        if data[-1] == ESC:
            data, self._tail = data[:-1], data[-1:]
        out.append(data)
        return b""

    def _skip(self, data: bytes, out: list[bytes]) -> bytes:
        """Swallow the inside of a string, up to its end; return the rest."""
        assert self._string is not None  # noqa: S101 - only called then
        end = STRING_END.search(data)
        inside = data if end is None else data[: end.start()]
        left = LONGEST_STRING - len(self._string)
        self._string += inside[:left]
        if len(inside) > left:
            self._string = None
            return data[left:]
        if end is None:
            return b""
        return self._end(data, end, out)

    def _end(self, data: bytes, end: re.Match[bytes], out: list[bytes]) -> bytes:
        """Leave a string at its end; let the harmless kind through whole."""
        escape = data[end.start()] == ESC
        if escape and end.end() == len(data):
            self._tail = b"\x1b"  # the next byte tells whether this is the terminator
            return b""
        inside, self._string = bytes(self._string or b""), None
        terminated = escape and data[end.end() : end.end() + 1] == b"\\"
        if terminated and STATUS_REQUEST.match(inside):
            out.append(b"\x1bP" + inside + b"\x1b\\")
        # An ESC that begins another sequence is not swallowed with the string it broke off.
        return data[end.end() + 1 :] if terminated else data[end.start() if escape else end.end() :]
