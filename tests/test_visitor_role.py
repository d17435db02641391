"""The copies of templates/workshop-admin.yaml are what their tool makes of it."""

import visitor_role


def test_the_copies_are_those_of_today():
    for path, text in visitor_role.make_files().items():
        assert path.read_text() == text, "run: python tools/visitor_role.py"
