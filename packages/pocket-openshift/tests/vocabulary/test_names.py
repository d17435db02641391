from hypothesis import given
from hypothesis import strategies as st

from pocket_openshift.vocabulary import names


@given(st.from_regex(r"[a-z][a-z0-9-]{0,100}", fullmatch=True))
def test_a_generated_name_begins_with_its_prefix(prefix):
    made = names.generated(prefix)
    assert len(made) <= 63
    assert made.startswith(prefix[:58])


def test_generated_names_differ():
    assert len({names.generated("a-") for _ in range(100)}) == 100
