"""Shortcodes of Hugo as pages of Educates use them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules import shortcodes

VALUES = {"name": "ada", "lines": "a\nb", "pathway_name": "python"}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("{{< param name >}}", "ada"),
        ('{{< param "name" >}}', "ada"),
        ("{{<param name>}}", "ada"),
        ("{{% param name %}}", "ada"),
        ("{{< param lines >}}", "a b"),
        ("{{< param nobody >}}|", "|"),
        ("{{< pathway python >}}x{{< /pathway >}}{{< pathway java >}}y{{< /pathway >}}z", "xz"),
        ("{{</* param name */>}}", "{{< param name >}}"),
        ('{{< ref "02-b" >}}', "02-b"),
        ("{{< unknown a=1 >}}x{{< /unknown >}}", "x"),
        (
            '{{< figure src="b.png" alt="A <b>" width="30" >}}',
            '<figure><img src="b.png" alt="A &lt;b&gt;" width="30"></figure>',
        ),
        (
            "{{< figure src=b.png caption=C link=c.md >}}",
            '<figure><a href="c.md"><img src="b.png" '
            'alt="C"></a><figcaption>C</figcaption></figure>',
        ),
        (
            "{{< youtube abc >}}",
            "[https://www.youtube.com/watch?v=abc](https://www.youtube.com/watch?v=abc)",
        ),
        ("{{< highlight go >}}x{{< /highlight >}}", "\n```go\nx\n```\n"),
        ("`x`{{< copy >}}", '`x`<sup class="inline-copy"></sup>'),
        ("{{ name }}", "{{ name }}"),
    ],
)
def test_a_shortcode_is_expanded(text, expanded):
    assert shortcodes.expand(text, VALUES) == expanded


def test_a_box_holds_markdown_and_has_a_title():
    box = shortcodes.expand('{{< note title="Mind" >}}\nIt *floats*.\n{{< /note >}}', {})
    assert '<div class="admonition note"><p class="admonition-title">Mind</p>' in box
    assert "\n\nIt *floats*." in box.replace("\n\n\n", "\n\n")


def test_a_box_in_a_list_keeps_to_its_item():
    box = shortcodes.expand("- one\n\n  {{< warning >}}\n  two\n  {{< /warning >}}", {})
    assert "\n\n  \n  two\n" in box
    assert "\n\n  </div>" in box


BLOCK = (
    "a\n\n```terminal:execute\ncommand: ls {{< gone >}}\n```\n\n"
    "```terminal:execute\ncommand: ls\n```"
)


def test_a_block_with_an_unknown_shortcode_runs_nothing():
    assert list(shortcodes.spoilt_blocks(BLOCK)) == [(3, "gone")]
    expanded = shortcodes.expand(BLOCK, {})
    assert "```text\ncommand: ls {{< gone >}}\n```" in expanded
    assert expanded.count("terminal:execute") == 1


def test_what_is_unknown_is_told_with_its_line():
    assert list(shortcodes.unknown_tags("{{< note >}}\n{{< gone 1 >}}\n{{< /gone >}}")) == [
        (2, "gone")
    ]
    assert list(shortcodes.unknown_params("\n{{< param x >}}", VALUES)) == [(2, "{{< param x >}}")]


@given(st.text(st.sampled_from("{}<>%/* \nnoteparmx`'\"="), max_size=200))
def test_any_text_is_expanded(text):
    assert isinstance(shortcodes.expand(text, VALUES), str)
