"""Kubernetes quantities (`500m`, `1Gi`, `2e3`). Pure; for resourceFieldRef and memory limits."""

from __future__ import annotations

import decimal

_SUFFIXES = {
    "n": decimal.Decimal("1e-9"),
    "u": decimal.Decimal("1e-6"),
    "m": decimal.Decimal("1e-3"),
    "": decimal.Decimal(1),
    **{letter: decimal.Decimal(1000) ** power for power, letter in enumerate("kMGTPE", 1)},
    **{letter + "i": decimal.Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}


def parse(text: str | int | float) -> decimal.Decimal:
    """A quantity as a number of its base unit. ValueError when it is none."""
    word = str(text).strip()
    for length in (2, 1, 0):
        number, suffix = (word[:-length], word[-length:]) if length else (word, "")
        if suffix in _SUFFIXES:
            try:
                value = decimal.Decimal(number)
            except decimal.InvalidOperation:
                continue
            if value.is_finite():
                return value * _SUFFIXES[suffix]
    message = f"{text!r} is not a quantity such as 500m, 2 or 1Gi"
    raise ValueError(message)


def divide_up(value: decimal.Decimal, divisor: decimal.Decimal) -> str:
    """How often `divisor` goes into `value`, rounded up, as resourceFieldRef wants it."""
    return str(
        int((value / (divisor or decimal.Decimal(1))).to_integral_value(decimal.ROUND_CEILING))
    )
