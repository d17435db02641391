"""From bytes to text that a websocket may carry: UTF-8, decoded across the borders of reads.

`sessions` feeds it what the filter lets through.
"""

from __future__ import annotations

import codecs

# Of one message to a browser: small enough that other terminals and keys get their turn.
LARGEST_MESSAGE = 64 * 1024


class Utf8:
    """Makes valid UTF-8 of a stream of bytes, holding back an unfinished character.

    What can never become valid is replaced by U+FFFD, as browsers close a socket that sends it.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> bytes:
        """Return valid UTF-8, as bytes: websockets, history and counters all count bytes."""
        if data.isascii() and not self._decoder.getstate()[0]:
            return data
        return self._decoder.decode(data).encode()


def split_message(data: bytes, largest: int = LARGEST_MESSAGE) -> list[bytes]:
    """Split valid UTF-8 into messages of at most `largest` bytes, each valid UTF-8 itself."""
    pieces = []
    while len(data) > largest:
        cut = largest
        while cut > largest - 4 and data[cut] & 0xC0 == 0x80:  # inside a character
            cut -= 1
        pieces.append(data[:cut])
        data = data[cut:]
    return [*pieces, data] if data else pieces
