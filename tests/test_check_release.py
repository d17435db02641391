"""What keeps a tag from being released."""

import pytest

from check_release import find_problems

GOOD = "# Changelog\n\n## 1.2.3 (2030-01-02)\n\n### Fixed\n\n- A thing.\n\n## 1.2.2 (2029-01-01)\n"


@pytest.fixture
def package(tmp_path):
    """A repository with one distribution, ready for 1.2.3."""
    package = tmp_path / "packages" / "thing"
    (package / "src" / "thing").mkdir(parents=True)
    (package / "pyproject.toml").touch()
    (package / "src" / "thing" / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (package / "CHANGELOG.md").write_text(GOOD)
    return package


def test_a_version_with_its_section_may_be_released(package, tmp_path):
    assert find_problems("v1.2.3", tmp_path) == []


@pytest.mark.parametrize(
    ("changelog", "said"),
    [
        ("# Changelog\n\n## 1.2.3 (unreleased)\n\n### Fixed\n", "no section 1.2.3 with a date"),
        (GOOD.replace("1.2.3", "1.2.30"), "no section 1.2.3 with a date"),
        (GOOD.replace("### Fixed", "Also:"), "has none of Added"),
        (GOOD.replace("### Fixed\n", "") + "\n### Fixed\n", "has none of Added"),
    ],
)
def test_a_changelog_that_does_not_tell_keeps_it(package, tmp_path, changelog, said):
    (package / "CHANGELOG.md").write_text(changelog)
    (sentence,) = find_problems("v1.2.3", tmp_path)
    assert said in sentence


def test_another_version_keeps_it(package, tmp_path):
    assert "thing: __version__ is not 1.2.4." in find_problems("v1.2.4", tmp_path)
