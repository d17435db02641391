"""Forms of names, keys, ports and addresses; each function lists what is wrong with a text. Pure.

The sentences are those of Kubernetes' `apimachinery` (`util/validation`, `api/validate/content`).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

Form = Callable[[str], list[str]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_NAME})?"
_KEY = "[-._a-zA-Z0-9]+"
_MOST = 2**32 - 1


def regex_text(text: str, pattern: str, *examples: str) -> str:
    """A sentence, examples of what would do, and the pattern."""
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{text} (e.g. {shown}regex used for validation is '{pattern}')"


def _matcher(pattern: str, limit: int, text: str) -> Form:
    """What is wrong with a text that must match and may be that long."""
    compiled = re.compile(pattern)

    def find(value: str) -> list[str]:
        if compiled.fullmatch(value) and len(value) <= limit:
            return []
        long = [f"must be no more than {limit} characters"] if len(value) > limit else []
        return long if compiled.fullmatch(value) else [*long, text]

    return find


_LABEL_TEXT = regex_text(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character",
    _LABEL,
    "my-name",
    "123-abc",
)
_SUBDOMAIN_TEXT = regex_text(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character",
    _SUBDOMAIN,
    "example.com",
)
_plain_label = _matcher(_LABEL, 63, _LABEL_TEXT)
dns_subdomain = _matcher(_SUBDOMAIN, 253, _SUBDOMAIN_TEXT)
_SEARCH = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
dns_search = _matcher(
    rf"{_SEARCH}(\.{_SEARCH})*",
    253,
    regex_text(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', "
        "'-' or '.', and must start and end with an alphanumeric character",
        rf"{_SEARCH}(\.{_SEARCH})*",
        "example.com",
    ),
)
wildcard_subdomain = _matcher(
    rf"\*\.{_SUBDOMAIN}",
    253,
    regex_text(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an "
        "alphanumeric character",
        rf"\*\.{_SUBDOMAIN}",
        "*.example.com",
    ),
)


def dns_label(value: str) -> list[str]:
    """A DNS label; of one that is well formed but for its dots only these are told."""
    wrong = _plain_label(value)
    if _LABEL_TEXT in wrong and re.fullmatch(_SUBDOMAIN, value):
        return [text if text != _LABEL_TEXT else "must not contain dots" for text in wrong]
    return wrong


def path_segment(value: str) -> list[str]:
    """What may stand in a URL between two slashes, as names of roles."""
    if value in (".", ".."):
        return [f"may not be '{value}'"]
    return [f"may not contain '{letter}'" for letter in "/%" if letter in value]


_NAME_TEXT = regex_text(
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character",
    _NAME,
    "MyName",
    "my.name",
    "123-abc",
)
_KEY_TEXT = regex_text(
    "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start "
    "and end with an alphanumeric character",
    _NAME,
    "MyName",
    "my.name",
    "123-abc",
)


def label_key(value: str) -> list[str]:
    """A qualified name: an optional prefix, a slash, a name."""
    if value.count("/") > 1:
        prefixed = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"{_KEY_TEXT} {prefixed}"]
    prefix, slash, name = value.rpartition("/")
    wrong = []
    if slash and not prefix:
        wrong.append("prefix part must be non-empty")
    elif slash:
        wrong += [f"prefix part {text}" for text in dns_subdomain(prefix)]
    if not name:
        wrong.append("name part must be non-empty")
    elif len(name) > 63:
        wrong.append("name part must be no more than 63 bytes")
    return wrong if re.fullmatch(_NAME, name) else [*wrong, _NAME_TEXT]


_VALUE_TEXT = regex_text(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character",
    _VALUE,
    "MyValue",
    "my_value",
    "12345",
)


def label_value(value: str) -> list[str]:
    """The value of a label."""
    long = ["must be no more than 63 bytes"] if len(value) > 63 else []
    return long if re.fullmatch(_VALUE, value) else [*long, _VALUE_TEXT]


_CONFIG_KEY_TEXT = regex_text(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    _KEY,
    "key.name",
    "KEY_NAME",
    "key-name",
)


def config_key(value: str) -> list[str]:
    """A key of a ConfigMap or Secret: also the name of a file."""
    wrong = ["must be no more than 253 characters"] if len(value) > 253 else []
    if not re.fullmatch(_KEY, value):
        wrong.append(_CONFIG_KEY_TEXT)
    if value in (".", ".."):
        wrong.append(f"must not be '{value}'")
    elif value.startswith(".."):
        wrong.append("must not start with '..'")
    return wrong


def variable_name(value: str) -> list[str]:
    """The name of an environment variable."""
    if all(" " <= letter <= "~" and letter != "=" for letter in value):
        return []
    text = "a valid environment variable name must consist only of printable ASCII characters"
    return [f"{text} other than '='"]


def port_number(value: int) -> list[str]:
    """A port that is not 0."""
    return [] if 1 <= value <= 65535 else ["must be between 1 and 65535, inclusive"]


def port_name(value: str) -> list[str]:
    """The name of a port, as IANA has them."""
    rules = (
        (len(value) > 15, "must be no more than 15 characters"),
        (
            not re.fullmatch("[-a-z0-9]+", value),
            "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
        ),
        (not re.search("[a-z]", value), "must contain at least one letter (a-z)"),
        ("--" in value, "must not contain consecutive hyphens"),
        (value[:1] == "-" or value[-1:] == "-", "must not begin or end with a hyphen"),
    )
    return [text for wrong, text in rules if wrong]


def port(value: object) -> list[str]:
    """A port by number or name."""
    return port_name(value) if isinstance(value, str) else port_number(int(str(value)))


def percent(value: str) -> list[str]:
    """`25%`."""
    text = "a valid percent string must be a numeric string followed by an ending '%'"
    return [] if re.fullmatch("[0-9]+%", value) else [regex_text(text, "[0-9]+%", "1%", "93%")]


def header_name(value: str) -> list[str]:
    """The name of an HTTP header."""
    pattern = "[-A-Za-z0-9]+"
    text = "a valid HTTP header must consist of alphanumeric characters or '-'"
    found = re.fullmatch(pattern, value)
    return [] if found else [regex_text(text, pattern, "X-Header-Name")]


def user_number(value: int) -> list[str]:
    """The number of a user or group."""
    return [] if 0 <= value <= _MOST else [f"must be between 0 and {_MOST}, inclusive"]


def parse_network(value: str) -> Network:
    """A CIDR; ValueError when it is none, or has no length of its prefix."""
    if "/" not in value:
        raise ValueError(f"{value} has no length of a prefix")
    return ipaddress.ip_network(value, strict=False)


def cidr(value: str) -> list[str]:
    """`10.9.8.0/24`."""
    try:
        parse_network(value)
    except ValueError:
        return ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]
    return []


def is_address(value: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def address(value: str) -> list[str]:
    """`10.9.8.7`."""
    text = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
    return [] if is_address(value) else [text]


def prefix(form: Form) -> Form:
    """The same form for a name's beginning, which may end in a dash."""

    def find(value: str) -> list[str]:
        return form(value[:-2] + "a" if len(value) > 1 and value.endswith("-") else value)

    return find
