import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_culler.command.rules import addresses


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://hub.example.org", "https://hub.example.org/services/culler/"),
        ("https://hub.example.org/ ", "https://hub.example.org/services/culler/"),
        ("https://hub.example.org/jupyter/", "https://hub.example.org/jupyter/services/culler/"),
        (
            "https://hub.example.org/jupyter/hub/",
            "https://hub.example.org/jupyter/services/culler/",
        ),
        ("https://hub.example.org/services/other", "https://hub.example.org/services/other/"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/services/culler/"),
        ("http://[::1]:8000/", "http://[::1]:8000/services/culler/"),
        ("http://localhost/", "http://localhost/services/culler/"),
    ],
)
def test_the_service_is_found_from_the_hub_s_address(text, url):
    assert addresses.parse_service_url(text, "culler") == url
    assert addresses.parse_service_url(url, "culler") == url


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hub.example.org", "no address"),
        ("ftp://hub.example.org", "no address"),
        ("https://", "no address"),
        ("https://hub:port/", "no address"),
        ("https://[::1/", "no address"),
        ("https://me:secret@hub.example.org/", "no password"),
        ("https://hub.example.org/?token=abc", "no password"),
        ("http://hub.example.org/", "--plain-http"),
        ("http://127.0.0.1.example.org/", "--plain-http"),
    ],
)
def test_what_is_none_is_refused_and_says_what_to_do(text, says):
    with pytest.raises(addresses.BadAddressError, match=says) as caught:
        addresses.parse_service_url(text, "culler")
    assert "secret" not in str(caught.value)


def test_plain_http_can_be_asked_for():
    found = addresses.parse_service_url("http://proxy:8080/", "c", plain_http=True)
    assert found == "http://proxy:8080/services/c/"


@given(st.text() | st.text().map("https://{}".format), st.text(min_size=1))
def test_any_text_is_an_address_or_a_sentence(text, service):
    problem = addresses.problem_with_address(text, plain_http=False)
    if problem is None:
        url = addresses.parse_service_url(text, service)
        assert url.startswith(("https://", "http://"))
        assert url.endswith("/")
    else:
        assert len(problem) > 20
