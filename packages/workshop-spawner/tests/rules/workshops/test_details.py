"""What a workshop asks people about themselves."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_spawner.model.workshop import Workshop
from workshop_spawner.rules.workshops import details

BOTH = Workshop("who", "Who", details=("name", "email"))


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Ada Lovelace", "ada@example.com"),
        ("O'Brien-Smith, Jr.", "o.brien+x@mail.example.co.uk"),
        ("José Ñuñez", "j_n@xn--e1afmkfd.example"),
        ("李小龍", "a@b.io"),
    ],
)
def test_what_is_taken(name, email):
    given = {"name": f"  {name} ", "email": f" {email}", "more": "x"}
    assert details.parse_details(BOTH, given) == {"name": name, "email": email}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Your name is missing"),
        ({"name": None}, "must be a text"),
        ({"name": "x" * 81}, "at most 80"),
        ({"name": "$(reboot)"}, "letters only"),
        ({"name": "<b>Ada</b>"}, "letters only"),
        ({"name": "=cmd"}, "letters only"),
        ({"name": "-rf"}, "letters only"),
        ({"name": "+1"}, "letters only"),
        ({"email": "  "}, "Your e-mail address is missing"),
        ({"email": "ada"}, "no e-mail address"),
        ({"email": "a@b"}, "no e-mail address"),
        ({"email": "a b@example.com"}, "no e-mail address"),
        ({"email": "a@example.com\n.x"}, "no e-mail address"),
        ({"email": '"a"@example.com'}, "no e-mail address"),
        ({"email": f"a@{'b' * 250}.com"}, "no e-mail address"),
    ],
)
def test_what_is_refused(change, said):
    given = {"name": "Ada", "email": "ada@example.com", **change}
    with pytest.raises(details.DetailError, match=said):
        details.parse_details(BOTH, given)


@given(st.text(max_size=100), st.text(max_size=100))
def test_nothing_that_a_program_reads_as_an_order_gets_through(name, email):
    try:
        made = details.parse_details(BOTH, {"name": name, "email": email})
    except details.DetailError:
        return
    assert not re.search(r"[<>&\"$`;|(){}*?\\~=#!\n]", "".join(made.values()))


@pytest.mark.parametrize("value", ["name", [1], ["phone"], {"name": True}, [["name"]]])
def test_what_cannot_be_asked(value):
    with pytest.raises(ValueError, match="write a list of name and email"):
        details.parse_asked(value)


def test_who_sees_it_is_told_where_something_is_asked():
    assert details.parse_asked(["email", "name"]) == ("name", "email")
    assert details.render_notice(Workshop("a", "A")) == ""
    notice = details.render_notice(BOTH)
    assert notice.startswith("Your name and e-mail address can be read by the programs")
    assert notice.endswith("This hub forgets it when your session ends.")


def test_where_it_is_kept():
    assert details.make_key("email") == "attendee-email"
    assert details.make_environment({"name": "Ada"}) == {"ATTENDEE_NAME": "Ada"}
