"""Kubernetes quantities: `250m`, `1Gi`, `2e3` as exact numbers, and back as the API server writes
them. Pure.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

_BINARY = {f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)}
_DECIMAL = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{letter: Decimal(1000) ** power for power, letter in enumerate("kMGTPE", 1)},
}
_FORM = re.compile(
    r"^(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?P<suffix>[KMGTPE]i|[numkMGTPE]?|[eE][+-]?\d+)$"
)


def parse(text: object) -> Decimal:
    """The number a quantity means; ValueError when it is none."""
    found = _FORM.match(str(text).strip())
    if found is None:
        raise ValueError(f"{text!r} is not a quantity such as 250m, 2 or 1Gi")
    number, suffix = Decimal(found["number"]), found["suffix"]
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    if suffix in _DECIMAL:
        return number * _DECIMAL[suffix]
    return number * Decimal(10) ** int(suffix[1:])


def divide_up(value: Decimal, divisor: Decimal) -> str:
    """How often `divisor` goes into `value`, rounded up, as resourceFieldRef wants it."""
    return str(int((value / (divisor or Decimal(1))).to_integral_value(ROUND_CEILING)))


def is_binary(text: object) -> bool:
    """Whether a quantity is written with Ki, Mi, Gi ..."""
    return str(text).strip().endswith("i")


def render(value: Decimal, *, binary: bool = False) -> str:
    """The shortest exact way to write a number, in powers of 1024 when `binary`."""
    if value == 0:
        return "0"
    if binary and value == value.to_integral_value():
        table = _BINARY
    elif value == value.to_integral_value():
        table = {suffix: size for suffix, size in _DECIMAL.items() if size > 1}
    else:
        table = {suffix: size for suffix, size in _DECIMAL.items() if size < 1}
    for suffix, size in sorted(table.items(), key=lambda row: -row[1]):
        quotient = value / size
        if quotient == quotient.to_integral_value():
            return f"{int(quotient)}{suffix}"
    if value == value.to_integral_value():
        return str(int(value))
    return f"{int((value / _DECIMAL['n']).to_integral_value(ROUND_CEILING))}n"


def canonical(text: str) -> str:
    """A quantity as the API server writes it: `0.5` is `500m`, `1024Mi` is `1Gi`. What has an
    exponent keeps it. ValueError when it is none.
    """
    if text.isdigit() and len(text) < 4:  # most of them
        return str(int(text))
    value = parse(text)
    return text if re.search(r"[eE][-+]?\d+$", text) else render(value, binary=is_binary(text))


def total(values: list[object]) -> str:
    """The sum of quantities, written in the manner of the first that says how."""
    binary = any(is_binary(value) for value in values)
    return render(sum((parse(value) for value in values), Decimal(0)), binary=binary)
