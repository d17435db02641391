import decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.node import quantities


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("500m", "0.5"),
        ("1Gi", 2**30),
        ("1G", 10**9),
        ("2e3", 2000),
        ("1E", 10**18),
        ("0.5Ki", 512),
        (3, 3),
    ],
)
def test_quantities(text, value):
    assert quantities.parse(text) == decimal.Decimal(value)


@pytest.mark.parametrize("text", ["", "Gi", "1Xi", "one", "NaN", "Infinity", "1 000"])
def test_what_is_no_quantity(text):
    with pytest.raises(ValueError, match="is not a quantity"):
        quantities.parse(text)


@given(st.integers(0, 10**6), st.sampled_from(["", "k", "Ki", "M", "Mi", "m"]))
def test_dividing_rounds_up(number, suffix):
    value = quantities.parse(f"{number}{suffix}")
    parts = int(quantities.divide_up(value, decimal.Decimal(1)))
    assert parts - 1 < value <= parts
