import pytest

from pocket_openshift.vocabulary import close_codes


@pytest.mark.parametrize(
    ("ended", "closes"),
    [(4321, 4321), (1000, 1000), (1005, 1000), (1006, 1001), (1015, 1001), (None, 1001)],
)
def test_codes_that_are_never_sent_are_not_sent(ended, closes):
    assert close_codes.choose_close_code(ended) == closes
