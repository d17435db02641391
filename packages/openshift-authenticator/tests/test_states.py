"""A state is unguessable, good once, and forgotten in time."""

from openshift_authenticator import states


def test_states_are_long_and_never_the_same():
    made = {states.make_state() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 32


def test_a_state_is_good_once():
    ledger = states.Ledger()
    assert ledger.spend("a", 0)
    assert not ledger.spend("a", 1)
    assert ledger.spend("b", 2)


def test_a_spent_state_is_remembered_as_long_as_its_cookie_lives():
    ledger = states.Ledger()
    ledger.spend("a", 0)
    assert not ledger.spend("a", states.LIFETIME_SECONDS)
    assert ledger.spend("b", states.LIFETIME_SECONDS + 1)


def test_the_ledger_is_bounded(monkeypatch):
    monkeypatch.setattr(states, "MOST_SPENT", 10)
    ledger = states.Ledger()
    for number in range(100):
        assert ledger.spend(str(number), 0)
    assert len(ledger._spent) <= 10
