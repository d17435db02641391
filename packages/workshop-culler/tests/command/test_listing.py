from datetime import UTC, datetime

from workshop_culler.command import listing

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def row(user, number=0):
    return {"user": user, "state": "running", "hand": {"text": "", "number": number}}


def test_pages_of_a_table_have_one_head(capsys):
    listing.write_tables([([row("ada")], NOW), ([], NOW), ([row("bob")], NOW)])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["WHO", "ada", "bob"]
    assert lines[1].index("running") == lines[2].index("running")


def test_nobody_is_said(capsys):
    listing.write_tables([([], NOW)])
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Nobody is here.\n")


def test_hands_of_all_pages_come_in_their_order():
    rows, now = listing.sort_hands([([row("ada", 3)], NOW), ([row("bob", 1)], NOW)])
    assert [each["user"] for each in rows] == ["bob", "ada"]
    assert now == NOW


def test_the_service_s_time_counts():
    assert listing.read_now("2026-11-30T12:00:00Z") == NOW
    assert listing.read_now("noon").tzinfo is not None
