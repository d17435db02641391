from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import quantities


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("250m", "0.25"),
        ("1Gi", 2**30),
        ("1.5Ki", 1536),
        ("2e3", 2000),
        ("1E", 10**18),
        ("100n", "1e-7"),
        (2, 2),
        (".5", "0.5"),
    ],
)
def test_parse(text, value):
    assert quantities.parse(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "one", "1 Gi", "Gi", "1KiB", "--1", None])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(ValueError, match="not a quantity"):
        quantities.parse(text)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["256Mi", "256Mi"], "512Mi"),
        (["512Mi", "512Mi"], "1Gi"),
        (["250m", "250m"], "500m"),
        (["500m", "500m"], "1"),
        ([], "0"),
        (["900Mi"], "900Mi"),
        (["1k", "1"], "1001"),
    ],
)
def test_totals_are_written_as_the_parts(values, expected):
    assert quantities.total(values) == expected


@given(st.integers(min_value=0, max_value=2**60), st.booleans())
def test_what_is_rendered_reads_the_same(number, binary):
    text = quantities.render(Decimal(number), binary=binary)
    assert quantities.parse(text) == number


@given(st.integers(min_value=0, max_value=10**12))
def test_thousandths_read_the_same(number):
    value = Decimal(number) / 1000
    assert quantities.parse(quantities.render(value)) == value


@given(st.integers(0, 10**6), st.sampled_from(["", "k", "Ki", "M", "Mi", "m"]))
def test_dividing_rounds_up(number, suffix):
    value = quantities.parse(f"{number}{suffix}")
    parts = int(quantities.divide_up(value, Decimal(1)))
    assert parts - 1 < value <= parts


@pytest.mark.parametrize(
    ("text", "written"),
    [("0.5", "500m"), ("1024Mi", "1Gi"), ("1000m", "1"), ("007", "7"), ("1e3", "1e3"), ("-1", "-1"),
     ("0.5Gi", "512Mi"), ("1500", "1500"), ("2000", "2k")],
)  # fmt: skip
def test_canonical(text, written):
    assert quantities.canonical(text) == written
