"""Blocks of code in safe HTML."""

import json

import pytest

from workshop_dashboard.rules import blocks


@pytest.mark.parametrize(
    ("safe", "shown"),
    [
        (
            '<pre><code class="language-execute">a &lt; b\n</code></pre>',
            '<pre data-action="execute" data-session="1"><code>a &lt; b</code></pre>',
        ),
        (
            '<pre><code class="language-copy">x <b class="conum">(1)</b></code></pre>',
            '<pre data-action="copy"><code>x <b class="conum">(1)</b></code></pre>',
        ),
        ("<pre><code>x</code></pre>", "<pre><code>x</code></pre>"),
        ("<p>x</p>", "<p>x</p>"),
    ],
)
def test_a_block_is_made_ready(safe, shown):
    assert blocks.finish_blocks(safe) == shown


def test_the_options_of_a_block_go_with_it():
    body = "name: a\nargs: ['&lt;']\ntitle: &quot;T&quot;"
    shown = blocks.finish_blocks(
        f'<pre><code class="language-examiner:execute-test">{body}</code></pre>'
    )
    assert 'data-title="T"' in shown
    details = shown.partition('data-details="')[2].partition('"')[0]
    assert json.loads(details.replace("&quot;", '"').replace("&lt;", "<"))["args"] == ["<"]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("a", "a"),
        ('kind: Boat # <b class="conum">(1)</b>', "kind: Boat"),
        ('x(); // <b class="conum">(1)</b> <b class="conum">(2)</b>\ny', "x();\ny"),
        ('&lt;a/&gt; &lt;!--<b class="conum">(1)</b>--&gt;', "<a/>"),
        ("a <b>bold</b> &amp; b", "a bold & b"),
    ],
)
def test_the_text_of_a_block_is_without_marks(inner, text):
    assert blocks.text_of(inner) == text
