import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.resources.rules.validation import formats


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (formats.dns_label, "A", "a lowercase RFC 1123 label must consist of"),
        (formats.dns_label, "a.b", "must not contain dots"),
        (formats.dns_label, "a" * 64, "must be no more than 63 characters"),
        (formats.dns_subdomain, "a_b", "a lowercase RFC 1123 subdomain must consist of"),
        (formats.dns_subdomain, "a\n", "a lowercase RFC 1123 subdomain must consist of"),
        (formats.wildcard_subdomain, "*", "a wildcard DNS-1123 subdomain must start with '*.'"),
        (formats.path_segment, "..", "may not be '..'"),
        (formats.path_segment, "a/b", "may not contain '/'"),
        (formats.label_key, "/a", "prefix part must be non-empty"),
        (formats.label_key, "A/a", "prefix part a lowercase RFC 1123 subdomain"),
        (formats.label_key, "a/b/c", "a qualified name must consist of"),
        (formats.label_key, "a" * 64, "name part must be no more than 63 bytes"),
        (formats.label_value, "a b", "a valid label must be an empty string or consist of"),
        (formats.config_key, "a/b", "a valid config key must consist of"),
        (formats.config_key, "..", "must not be '..'"),
        (formats.config_key, "..a", "must not start with '..'"),
        (formats.config_key, "a" * 254, "must be no more than 253 characters"),
        (formats.variable_name, "A=B", "printable ASCII characters other than '='"),
        (formats.port_number, 0, "must be between 1 and 65535, inclusive"),
        (formats.port_name, "a" * 16, "must be no more than 15 characters"),
        (formats.port_name, "12", "must contain at least one letter (a-z)"),
        (formats.port_name, "a--b", "must not contain consecutive hyphens"),
        (formats.port_name, "-a", "must not begin or end with a hyphen"),
        (formats.port, "a_b", "must contain only alpha-numeric characters"),
        (formats.percent, "50", "a valid percent string must be a numeric string"),
        (formats.header_name, "X Y", "a valid HTTP header must consist of"),
        (formats.user_number, -1, "must be between 0 and 4294967295, inclusive"),
        (formats.cidr, "10.0.0.1", "must be a valid CIDR value, (e.g. 10.9.8.0/24"),
        (formats.address, "localhost", "must be a valid IP address, (e.g. 10.9.8.7"),
    ],
)
def test_what_is_wrong_is_said(form, value, text):
    assert any(text in sentence for sentence in form(value)), form(value)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (formats.dns_label, "a-1"),
        (formats.dns_subdomain, "a.b-c"),
        (formats.wildcard_subdomain, "*.a.example"),
        (formats.path_segment, "system:a"),
        (formats.label_key, "example.com/My_name.1"),
        (formats.label_value, ""),
        (formats.config_key, ".a_b-c"),
        (formats.variable_name, "1 BAD"),
        (formats.port, 80),
        (formats.port_name, "http"),
        (formats.percent, "25%"),
        (formats.header_name, "X-Y"),
        (formats.user_number, 1000),
        (formats.cidr, "2001:db8::/64"),
        (formats.address, "::1"),
    ],
)
def test_what_is_right_passes(form, value):
    assert form(value) == []


def test_a_beginning_may_end_in_a_dash():
    assert formats.prefix(formats.dns_label)("a-") == []
    assert formats.prefix(formats.dns_label)("AB-") != []


@given(st.text(max_size=70))
def test_no_text_breaks_a_form(text):
    forms = (
        formats.dns_label,
        formats.label_key,
        formats.config_key,
        formats.cidr,
        formats.port_name,
        formats.variable_name,
    )
    for form in forms:
        assert all(isinstance(sentence, str) for sentence in form(text))
