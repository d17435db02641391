"""Liquid as the original used it, within bounds."""

import pytest

from workshop_dashboard.rules import liquid

VALUES = {"name": "ada", "lines": "a\n```\nb", "empty": ""}
FILES = {"part.md": "Hi {{ name }}", "deep.md": "{% include 'deep.md' %}"}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{ name }}", "ada"),
        ("{{name | upcase}}", "ADA"),
        ("{{ name | nothing_like_it }}", "ada"),
        ("{{ nobody }}|", "|"),
        ("{% if name == 'ada' %}yes{% else %}no{% endif %}", "yes"),
        ("{% unless empty == '' %}x{% endunless %}|", "|"),
        ("{% case name %}{% when 'ada' %}1{% endcase %}", "1"),
        ("{% assign x = 'b' %}{{ x }}", "b"),
        ("{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
        ("{% raw %}{{ name }}{% endraw %}", "{{ name }}"),
        ("table {{.Tag}}\t{{ .Size }} {{ name }}", "table {{.Tag}}\t{{ .Size }} ada"),
        ("{{range .items}}{{$x}}{{end}}", "{{range .items}}{{$x}}{{end}}"),
        (r'{{.a}}{{"\n"}}{{ "x" }}', r'{{.a}}{{"\n"}}x'),
        ("{{- if .a }}b{{- else }}c{{ end -}}", "{{- if .a }}b{{- else }}c{{ end -}}"),
        ("{% raw %}{{ .a }}{% endraw %}{{ .b }}", "{{ .a }}{{ .b }}"),
        ("{%- comment -%}x{%- endcomment -%}|", "|"),
        ("{% include 'part.md' %}", "Hi ada"),
        ("{{ lines }}", "a ``` b"),
        ("{{ your name here }} {{ name }}", "{{ your name here }} ada"),
        ("{{ toYaml .a | indent 2 }}{% if name %}x{% endif %}", "{{ toYaml .a | indent 2 }}x"),
        ("{{#each x}}{{{ name }}}{{/each}}{{name}}", "{{#each x}}{{{ name }}}{{/each}}ada"),
        ("${{ env.X || 'y' }} {% raw %}{{ a b }}{% endraw %}", "${{ env.X || 'y' }} {{ a b }}"),
        ("{{ lookup('env', 'A') }}\n{{\nname }}", "{{ lookup('env', 'A') }}\nada"),
        ("{% if not nobody %}a{% endif %}{% if (name) and name %}b{% endif %}", "ab"),
        ("`a`{{copy}}", '`a`<sup class="inline-copy"></sup>'),
        ("%name%", "%name%"),
    ],
)
def test_a_page_is_rendered(text, rendered):
    assert liquid.render(text, VALUES, FILES.get) == rendered


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\n{% if x %}", "cannot read this page"),
        ("{{ a b }}\n{% if x %}", "cannot read this page"),
        ("{% include 'gone.md' %}", "gone.md"),
        ("{% include 'deep.md' %}", "cannot read this page"),
        ("{% for i in (1..1000000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}", "loop"),
    ],
)
def test_a_page_that_cannot_be_read(text, words):
    with pytest.raises(liquid.LiquidError, match=words):
        liquid.render(text, VALUES, FILES.get)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ name }} {{ copy }}", []),
        ("\n{{ nobody }}", [(2, "{{ nobody }}")]),
        ("{{ nobody | upcase }}", [(1, "{{ nobody |")]),
        ("{% assign mine = 1 %}{{ mine }}", []),
        ("{% raw %}\n{{ x }}\n{% endraw %}\n{{ y }}", [(4, "{{ y }}")]),
        ("{{ .Values.x }}{{ end }}", []),
    ],
)
def test_a_variable_without_a_value(text, found):
    assert list(liquid.unknown_names(text, VALUES)) == found
