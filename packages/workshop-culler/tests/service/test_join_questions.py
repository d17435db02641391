import pytest

from workshop_culler.rules.models import Server
from workshop_culler.service import join_questions
from workshop_culler.service.join_questions import JoinQuestions

ADA, LAB, BOB = Server("ada"), Server("ada", "lab"), Server("bob")


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def questions(now):
    return JoinQuestions(lambda: now[0])


def test_a_question_is_redeemed_once(questions):
    secret = questions.ask(ADA, "grace", may_type=True)
    found = questions.redeem(ADA, secret)
    assert (found.guest, found.may_type) == ("grace", True)
    assert questions.redeem(ADA, secret) is None


@pytest.mark.parametrize("server", [LAB, BOB])
def test_it_is_spent_by_who_tries_it_elsewhere(questions, server):
    secret = questions.ask(ADA, "grace", may_type=True)
    assert questions.redeem(server, secret) is None
    assert questions.redeem(ADA, secret) is None


def test_it_has_a_time(questions, now):
    secret = questions.ask(ADA, "grace", may_type=True)
    now[0] += join_questions.LIFETIME
    assert questions.redeem(ADA, secret) is None


def test_the_latest_of_one_person_counts(questions):
    first = questions.ask(ADA, "grace", may_type=True)
    other = questions.ask(ADA, "alan", may_type=False)
    second = questions.ask(ADA, "grace", may_type=True)
    assert questions.redeem(ADA, first) is None
    assert questions.redeem(ADA, second).guest == "grace"
    assert questions.redeem(ADA, other).guest == "alan"


def test_they_are_bounded(questions, monkeypatch):
    monkeypatch.setattr(join_questions, "MOST", 3)
    secrets = [questions.ask(Server(f"user{n}"), "grace", may_type=True) for n in range(5)]
    assert len(questions) == 3
    assert questions.redeem(Server("user1"), secrets[1]) is None
    assert questions.redeem(Server("user2"), secrets[2])


def test_no_secret_is_kept(questions):
    secret = questions.ask(ADA, "grace", may_type=True)
    assert secret not in repr(questions.__dict__)
    assert len(secret) == 43
