"""Ports, sources and headers of the proxy, by tables and by chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_butterfly.rules import proxying

BASE = "/user/ada/proxy/8080"
HOST = "hub.example"
ALLOWED = (range(1024, 65536),)


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("", ()),
        (" , ", ()),
        ("8080", (range(8080, 8081),)),
        ("8080, 3000-3999", (range(8080, 8081), range(3000, 4000))),
    ],
)
def test_ports_are_parsed(text, ports):
    assert proxying.parse_ports(text) == ports


@pytest.mark.parametrize("text", ["x", "0", "65536", "9-8", "-1", "1-", "1-2-3", "\u0661\u0662"])
def test_what_are_no_ports_is_refused(text):
    with pytest.raises(ValueError, match="ports"):
        proxying.parse_ports(text)


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("8080", 8080),
        ("1024", 1024),
        ("1023", None),
        ("80", None),
        ("8888", None),
        ("", None),
        ("65536", None),
        ("999999", None),
        ("\u0668080", None),
        ("-1", None),
        ("8080@x", None),
    ],
)
def test_a_port_is_judged(text, port):
    assert proxying.find_port(text, ALLOWED, own=8888) == port


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("8080", (8080, False)),
        ("absolute/8080", (8080, True)),
        ("absolute/80", None),
        ("absolute/8888", None),
        ("absolute/absolute/8080", None),
        ("absolute/", None),
        ("Absolute/8080", None),
    ],
)
def test_a_place_is_a_port_or_one_that_gets_the_whole_path(text, place):
    found = proxying.find_target(text, ALLOWED, own=8888)
    assert found == place
    assert found is None or found.path == text


@given(st.text())
def test_no_text_passes_that_is_not_an_allowed_port(text):
    found = proxying.find_port(text, ALLOWED, own=8888)
    assert found is None or (found != 8888 and 1024 <= found <= 65535 and int(text) == found)
    assert proxying.find_port(text, (), own=8888) is None


@pytest.mark.parametrize(
    ("ip", "first"),
    [
        ("127.0.3.4", "127.0.3.4"),
        ("10.1.2.3", "10.1.2.3"),
        ("0.0.0.0", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("::", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("other.example", "127.0.0.1"),
    ],
)
def test_addresses_are_the_sessions_own(ip, first):
    found = proxying.make_addresses(ip)
    assert found[0] == first
    assert set(found) - {ip} <= {"127.0.0.1", "::1"}


OURS, EVIL = {"Origin": f"https://{HOST}"}, {"Origin": "https://evil.example"}
LINK = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


@pytest.mark.parametrize(
    ("method", "headers", "verdict"),
    [
        ("GET", {}, True),
        ("POST", {}, False),
        ("DELETE", {}, False),
        ("GET", {"Sec-Fetch-Mode": "cors"}, False),
        ("POST", OURS, True),
        ("POST", EVIL, False),
        ("GET", EVIL, False),
        ("POST", {**EVIL, "Sec-Fetch-Site": "same-origin"}, False),
        ("POST", {"Origin": "null"}, False),
        ("POST", {"Origin": "null", "Sec-Fetch-Site": "cross-site"}, False),
        ("POST", {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, True),
        ("POST", {"Sec-Fetch-Site": "same-origin"}, True),
        ("POST", {"Sec-Fetch-Site": "same-site"}, False),
        ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
        ("GET", {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, True),
        ("GET", LINK, True),
        ("POST", LINK, False),
        ("GET", {**LINK, "Sec-Fetch-Dest": "iframe"}, False),
    ],
)
def test_where_a_request_comes_from(method, headers, verdict):
    assert proxying.is_own_request(method, headers, HOST, ()) is verdict


def request_headers(*pairs):
    return proxying.make_request_headers(
        pairs, netloc="127.0.0.1:8080", prefix=BASE, proto="https", host=HOST
    )


SAID = [
    ("Host", "127.0.0.1:8080"),
    ("X-Forwarded-Prefix", BASE),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", HOST),
]


def test_the_program_gets_what_is_its_own():
    given = [
        ("Accept", "a"),
        ("accept", "b"),
        ("Host", HOST),
        ("Connection", "keep-alive, X-Mine"),
        ("X-Mine", "1"),
        ("Transfer-Encoding", "chunked"),
        ("Upgrade", "h2c"),
        ("Authorization", "token secret"),
        ("Proxy-Authorization", "secret"),
        ("X-XSRFToken", "secret"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("x-forwarded-host", "evil.example"),
        ("Forwarded", "for=x"),
        ("X-Workshop-Proxy", "secret"),
        ("Sec-WebSocket-Key", "x"),
    ]
    assert request_headers(*given) == [("Accept", "a"), ("accept", "b"), *SAID]


def test_the_program_gets_its_own_proof_of_where_a_request_comes_from():
    """Django's, and the OpenShift console's; our own pages never send one of ours there."""
    assert ("X-CSRFToken", "its own") in request_headers(("X-CSRFToken", "its own"))


def test_the_program_sees_its_own_origin():
    origin = dict(request_headers(("Origin", f"https://{HOST}")))["Origin"]
    assert origin == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    "name",
    [
        "jupyterhub-user-ada",
        "jupyterhub-session-id",
        "jupyterhub-hub-login",
        "_xsrf",
        "__Host-jupyterhub-user-ada",
        "JupyterHub-user-bob",
        "terminal-login",
        "_oauth2_proxy",
        "service-console",
        "jupyterhub-user-ada-oauth-state",
        "__Secure-_oauth2_proxy_0",
    ],
)
def test_logins_are_not_forwarded(name):
    assert request_headers(("Cookie", f"a=1; {name}=secret; b=2")) == [
        ("Cookie", "a=1; b=2"),
        *SAID,
    ]
    assert request_headers(("Cookie", f"{name}=secret")) == SAID
    assert request_headers(("Cookie", "a=1"), ("Cookie", f" {name} =secret"))[0][1] == "a=1"
    assert proxying.make_set_cookie(f"{name}=x; Path=/", BASE) is None


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=8))
def test_no_header_takes_the_place_of_ours(pairs):
    made = request_headers(*pairs)
    for name, value in SAID:
        assert [v for k, v in made if k.lower() == name.lower()] == [value]
    assert not {k.lower() for k, _ in made} & {"authorization", "connection", "transfer-encoding"}


def answer_headers(*pairs):
    addresses = ("127.0.0.1", "::1")
    return proxying.make_answer_headers(pairs, prefix=BASE, port=8080, addresses=addresses)


def test_the_browser_gets_the_programs_headers():
    given = [
        ("Content-Security-Policy", "default-src 'none'"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Vary", "a"),
        ("Vary", "b"),
        ("Content-Length", "5"),
    ]
    acts_outside = [
        ("Connection", "close, X-Mine"),
        ("X-Mine", "1"),
        ("Service-Worker-Allowed", "/"),
        ("Clear-Site-Data", '"cookies"'),
        ("WWW-Authenticate", "Basic"),
    ]
    assert answer_headers(*given, *acts_outside) == given
    assert answer_headers(("Content-Length", "5"), ("Transfer-Encoding", "chunked")) == []


@pytest.mark.parametrize(
    ("location", "made"),
    [
        ("/", f"{BASE}/"),
        ("/a?b=/c#d", f"{BASE}/a?b=/c#d"),
        ("a/b", "a/b"),
        ("?x", "?x"),
        (f"{BASE}/a", f"{BASE}/a"),
        (f"{BASE}0/a", f"{BASE}{BASE}0/a"),
        ("http://127.0.0.1:8080/a?b", f"{BASE}/a?b"),
        ("http://localhost:8080", f"{BASE}/"),
        ("http://[::1]:8080/", f"{BASE}/"),
        (f"http://127.0.0.1:8080{BASE}/a", f"{BASE}/a"),
        ("//127.0.0.1:8080/a", f"{BASE}/a"),
        ("http://127.0.0.1:8081/a", "http://127.0.0.1:8081/a"),
        ("https://login.example/a", "https://login.example/a"),
        ("//login.example/a", "//login.example/a"),
        ("mailto:ada", "mailto:ada"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_redirects_to_the_program_stay_with_it(location, made):
    assert proxying.make_location(location, BASE, 8080) == made
    assert answer_headers(("Location", location)) == [("Location", made)]


@given(st.text())
def test_any_location_makes_a_text(location):
    assert isinstance(proxying.make_location(location, BASE, 8080), str)


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("a=1", f"a=1; Path={BASE}/"),
        ("a=1; Path=/; HttpOnly", f"a=1; HttpOnly; Path={BASE}/"),
        ("a=1; path=/x; Domain=example; Secure", f"a=1; Secure; Path={BASE}/x"),
        (f"a=1; Path={BASE}/x", f"a=1; Path={BASE}/x"),
        ("a=1; Path=", f"a=1; Path={BASE}/"),
    ],
)
def test_cookies_of_the_program_stay_below_it(line, made):
    assert proxying.make_set_cookie(line, BASE) == made


@given(st.integers() | st.none())
def test_a_close_code_can_be_sent(code):
    made = proxying.make_close_code(code)
    assert made not in {1004, 1005, 1006, 1015}
    assert 1000 <= made <= 4999
    assert proxying.make_close_code(made) == made


@pytest.mark.parametrize(
    ("name", "value", "made"),
    [
        ("X-Frame-Options", "DENY", "SAMEORIGIN"),
        ("x-frame-options", " deny", "SAMEORIGIN"),
        ("X-Frame-Options", "SAMEORIGIN", "SAMEORIGIN"),
        (
            "Content-Security-Policy",
            "default-src 'none'; Frame-Ancestors  'none'",
            "default-src 'none'; Frame-Ancestors 'self'",
        ),
        ("Content-Security-Policy", "frame-ancestors https://x", "frame-ancestors https://x"),
        ("X-Other", "DENY", "DENY"),
    ],
)
def test_a_page_that_nobody_may_frame_we_may(name, value, made):
    assert proxying.make_frame_rule(name, value) == made
