import ssl

from pocket_openshift.router import authority


def shake_hands(made, context, name):
    """What a client that trusts the authority is shown, or why it is not content."""
    client = ssl.create_default_context(cadata=made.pem)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=name)
    serving = context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(10):
        for side in (asking, serving):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
    return dict(asking.getpeercert()["subjectAltName"])["DNS"]


def test_a_host_that_is_served_has_a_certificate(monkeypatch):
    monkeypatch.setattr(authority, "MOST_CERTIFICATES", 2)
    asked = []

    def is_served(name):
        asked.append(name)
        return name.endswith(".example")

    made = authority.Authority(is_served)
    context = made.make_context()
    for _ in range(2):
        assert shake_hands(made, context, "a.example") == "a.example"
    assert asked == ["a.example"]
    for name in ("b.example", "c.example", "localhost"):
        assert shake_hands(made, context, name) == name
    assert "not valid for 'a.test'" in shake_hands(made, context, "a.test")
