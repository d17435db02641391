"""The support for tests with real hubs."""

import socket

import pytest

import realhub


def test_ports_are_free_and_out_of_the_way_of_outgoing_connections():
    ports = {realhub.free_port() for _ in range(50)}
    assert len(ports) > 40
    assert max(ports) < 32_768
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", realhub.free_port()))


def test_a_port_in_use_is_not_given(monkeypatch):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        taken, free = sock.getsockname()[1], realhub.free_port()
        offered = iter([taken, taken, free])
        monkeypatch.setattr(realhub.secrets, "choice", lambda _: next(offered))
        assert realhub.free_port() == free
        with pytest.raises(StopIteration):
            next(offered)
