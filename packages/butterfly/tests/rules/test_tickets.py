"""Tickets belong to one login of one server process."""

from jupyterhub_butterfly.rules import tickets


def test_a_ticket_opens_for_its_own_login_only():
    ticket = tickets.make_ticket(b"secret", "ada")
    assert tickets.is_ticket(ticket, b"secret", "ada")
    assert not tickets.is_ticket(ticket, b"secret", "bob")
    assert not tickets.is_ticket(ticket, b"other", "ada")
    assert not tickets.is_ticket("", b"secret", "ada")
    assert not tickets.is_ticket(None, b"secret", "ada")
    assert not tickets.is_ticket("é", b"secret", "ada")


def test_offers_are_found_by_their_prefix():
    assert tickets.find_offer(["butterfly", "ticket.abc"], "ticket.") == "abc"
    assert tickets.find_offer(["butterfly"], "ticket.") is None
