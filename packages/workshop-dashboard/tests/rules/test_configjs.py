"""config.js in both of its forms, never run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_dashboard.rules.configjs import read_config

OBJECT = """
// Ours.
const config = {
    site_title: 'Boats',
    template_engine: "liquid.js",
    variables: [
        { name: 'harbour', content: 'north' },
        { name: 'owner', content: process.env.OWNER || 'nobody' },
    ],
    modules: [
        { path: 'index', title: 'About', exit_sign: 'Start' },
        { path: 'end' },
    ],
};
module.exports = config;
"""
FUNCTION = """
'use strict';
const path = require('path');
var NAME = 'Boats';

function initialize(workshop) {
    workshop.load_workshop('short.yaml');
    workshop.site_title(NAME + ' and ships');
    workshop.template_engine('liquid.js');
    workshop.data_variable('harbour', 'north', ['HARBOUR', 'PORT']);
    workshop.data_variable('owner', !process.env.OWNER ? '' : process.env.OWNER, 'OWN');
    workshop.module_metadata('index', 'About', 'Start');
    workshop.google_tracking_id('UA-1');

    if (process.env['WORKSHOP_FILE'] == 'long.yaml') {
        workshop.data_variable('length', 'long');
    } else if (process.env.OWNER) {
        workshop.data_variable('length', 'owned');
    }
    else {
        workshop.data_variable('length', 'short');
    }
    workshop.data_variable('made', path.join('a', 'b'));
    for (let i = 0; i < 3; i++) {
        workshop.data_variable('x' + i, i);
    }
    workshop.data_variable('last', 'kept');
}

exports.default = initialize;

module.exports = exports.default;
"""


def test_an_object():
    config = read_config(OBJECT, {"OWNER": "Ada"})
    assert (config.title, config.engine, config.unread) == ("Boats", "liquid.js", [])
    assert config.variables == [("harbour", "north", ()), ("owner", "Ada", ())]
    assert config.modules == [("index", "About", "Start"), ("end", "", "")]


def test_a_function():
    config = read_config(FUNCTION, {})
    assert (config.title, config.engine) == ("Boats and ships", "liquid.js")
    assert config.loads == ["short.yaml"]
    assert config.modules == [("index", "About", "Start")]
    assert config.variables == [
        ("harbour", "north", ("HARBOUR", "PORT")),
        ("owner", "", ("OWN",)),
        ("length", "short", ()),
        ("last", "kept", ()),
    ]
    assert config.unread == [23, 24]


@pytest.mark.parametrize(
    ("environment", "length"),
    [({"WORKSHOP_FILE": "long.yaml"}, "long"), ({"OWNER": "Ada"}, "owned"), ({}, "short")],
)
def test_a_branch_is_chosen_by_the_environment(environment, length):
    assert ("length", length, ()) in read_config(FUNCTION, environment).variables


@pytest.mark.parametrize(
    "text",
    [
        "module.exports = {site_title: 'T'};",
        "exports.default = {site_title: 'T'}; module.exports = exports.default;",
        "module.exports = function (workshop) { workshop.site_title('T') }",
        "module.exports = (workshop) => { workshop.site_title('T'); };",
        "module.exports = workshop => { workshop.site_title('T') }",
        "const init = (workshop) => {\n workshop.site_title('T')\n}\nmodule.exports = init",
        "function init(w) { w.site_title('T') }\nmodule.exports = init;",
        "function init(workshop) { workshop.site_title('T') }",
        "var c = {site_title: 'T'}\nexports.default = c\nmodule.exports = exports.default",
    ],
)
def test_ways_to_export(text):
    assert read_config(text, {}).title == "T"


def test_what_is_no_data_is_told_and_not_run():
    config = read_config("throw new Error('never run')\nmodule.exports = {site_title: 'T'}", {})
    assert (config.title, config.unread) == ("", [1]) or config.title == "T"


@given(st.text(st.sampled_from("{}()[];,.=:'\"`abif elsvrmodule.exports \n"), max_size=200))
def test_any_text_ends(text):
    config = read_config(text, {})
    assert all(1 <= line <= text.count("\n") + 1 for line in config.unread)


CATALOGUE = """
module.exports = function (workshop) {
    workshop.load_workshop();
    try {
        var given = JSON.parse(process.env['WORKSHOP_VARS']);
        for (var key in given) { workshop.data_variable(key, given[key]); }
    } catch (err) {}
}
"""


@pytest.mark.parametrize(
    ("given", "variables"),
    [
        (
            '{"harbour": "north", "berths": 7, "open": true}',
            [("harbour", "north", ()), ("berths", "7", ()), ("open", "true", ())],
        ),
        ('{"a": {"b": {"c": 1}, "d": "e"}}', [("a.b.c", "1", ()), ("a.d", "e", ())]),
        ("{}", []),
        ("no json", []),
        ("[1, 2]", []),
        ("[" * 5000, []),
        ("", []),
    ],
)
def test_the_variables_that_a_catalogue_gives(given, variables):
    config = read_config(CATALOGUE, {"WORKSHOP_VARS": given})
    assert config.variables == variables
    assert read_config("exports.default = {}", {"WORKSHOP_VARS": given}).variables == []


def test_what_is_tried_is_read_and_what_is_for_errors_is_not():
    text = """
    var site = process.env.SITE || '';
    function init(workshop) {
        try {
            var all = JSON.parse(process.env['ALL'])
            files = fs.readdirSync('/x')
            for (var i = 0; i < 3; i++) { workshop.data_variable('no', i) }
            workshop.data_variable('domain', all['url'].split('.').slice(-2).join('.'));
            if (!site && all['url'].startsWith('https')) {
                site = all['url'].replace('https', 'http')
            }
        } catch (err) {
            workshop.data_variable('wrong', 'x')
        } finally { workshop.data_variable('site', site) }
        workshop.site_title('T')
    }
    module.exports = init
    """
    config = read_config(text, {"ALL": '{"url": "https://a.b.c"}'})
    assert config.variables == [("domain", "b.c", ()), ("site", "http://a.b.c", ())]
    assert (config.title, config.unread) == ("T", [6])
    # Without the object the rest is read all the same.
    config = read_config(text, {})
    assert (config.title, [name for name, _, _ in config.variables]) == ("T", ["site"])
