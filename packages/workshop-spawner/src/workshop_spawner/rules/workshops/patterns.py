"""Patterns of parameters: which ones a value can keep busy for minutes.

They are tried in the hub's process on what strangers send, and Python's `re` goes back and tries
again: where a repeated part may itself match in several ways, each character doubles the time
(https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS).
"""

from __future__ import annotations

import re

# A character of its own: an escape, or a set.
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
# What begins a group; its question mark repeats nothing.
_OPENING = re.compile(r"\((?:\?(?:P<\w+>|P=|<?[=!]|>|#|[a-zA-Z-]*:?))?")
_GROUP = re.compile(r"\(([^()]*)\)(\{[0-9]\}|\{[0-9]?,[0-9]\}|[*+{]?)")
_VARYING, _PLAIN = "\0", "x"


def is_slow(pattern: str) -> bool:
    """Whether some value may take it very long. Some that would not are refused with these.

    Up to nine times anything may be repeated, such as the parts of an address.
    """
    text = _OPENING.sub("(", _ATOM.sub(_PLAIN, pattern.replace(_VARYING, _PLAIN)))
    while group := _GROUP.search(text):
        varies = re.search(rf"[*+?{{|{_VARYING}]", group[1]) is not None
        if varies and group[2] in ("*", "+", "{"):
            return True
        made = _VARYING if varies else _PLAIN
        text = f"{text[: group.start()]}{made}{group[2]}{text[group.end() :]}"
    return re.search(r"[*+}]\)*[+*{]|(?:[^*+?][*+]\??){3}", text) is not None
