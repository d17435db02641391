"""Which patterns of an author's could be made to take the hub's time by what strangers send."""

import pytest

from workshop_spawner.rules.workshops import patterns


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a+)+", r"(\w+ ?)+", r"(\w+\s?)*", r"(a|a)+", r"(?:a|ab)*", r"([a-z]+-?)+"),
        *(r"((a+)b?)*", r"(?P<word>\w+\W?)+", r"(?:[\])(]+x?)+", r"(.*,)*", r"(a{1,9}){2,}"),
        *(
            r"(a?){30}",
            r"(a|b|ab)*?",
            r"(?=(a+)+$).*",
            r"((a|a))+",
            r"(\(+)+",
            r"\w*\w*\w*",
            r".*.*.*x",
        ),
    ],
)
def test_what_some_values_make_slow(pattern):
    assert patterns.is_slow(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"[A-Z][a-z]+ [A-Z][a-z]+", r"https://[\w.-]+/[\w.-]+/[\w.-]+(\.git)?", r"[a-z]{1,20}"),
        *(r"(red|blue)", r"(red|blue) (team|class)?", r"v[0-9]+\.[0-9]+(\.[0-9]+)?", r"(ab)+"),
        *(r"([0-9]{1,3}\.){3}[0-9]{1,3}", r"[(+*]+x", r"\(\w+\)", r"(?:v)?[0-9]+", r"(?i)[a-f]+"),
        *(r"(?P<name>\w+)@(?P<host>\w+)", r"", r"a|b+"),
    ],
)
def test_what_people_write(pattern):
    assert not patterns.is_slow(pattern)
