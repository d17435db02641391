"""Write the settings of images/hub into the schema of the chart's values.

    python tools/chart_schema.py

tests/test_chart_schema.py holds that it was done; all else of the schema is written by hand.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "templates" / "chart" / "values.schema.json"
SWITCH = "^(true|false|yes|no|on|off|1|0|)$"
WHOLE = "^[0-9]*$"
# What the chart itself says to the hub.
CHARTS_OWN = ("CONFIGURATION_TYPE", "APP_ROOT")
# How the values of each parser may be written; all others as text.
FORMS: dict[str, list[dict[str, Any]]] = {
    "parse_switch": [{"type": "boolean"}, {"type": "string", "pattern": SWITCH}],
    "parse_seconds": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": WHOLE}],
    "parse_count": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": WHOLE}],
    "parse_cpu": [{"type": "number"}, {"type": "string"}],
    "parse_memory": [{"type": "string"}, {"type": "integer"}],
    "parse_names": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "parse_ports": [
        {"type": "string"},
        {"type": "integer"},
        {"type": "array", "items": {"type": "integer"}},
    ],
    "parse_rules": [
        {"type": "string"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "object"}},
    ],
    "parse_resources": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}],
    "parse_version": [{"type": "string"}, {"type": "number"}],
}


def make_value(field: Any) -> dict[str, Any]:
    """The schema of one variable, with what it means."""
    parsers = [one.func for one in field.metadata if hasattr(one, "func")]
    name = parsers[0].__name__ if parsers else ""
    about = {"description": field.description}
    if name == "parse_choice":
        choices = inspect.getclosurevars(parsers[0]).nonlocals["choices"]
        return {**about, "enum": [*choices, ""]}
    forms = FORMS.get(name, [{"type": "string"}])
    return {**about, **(forms[0] if len(forms) == 1 else {"anyOf": forms})}


def make_parts() -> dict[str, dict[str, Any]]:
    """The properties of `settings` and of `secrets`, and the names of the modes."""
    sys.path.insert(0, str(ROOT / "images" / "hub"))
    import hub_settings

    parts: dict[str, dict[str, Any]] = {"settings": {}, "secrets": {}}
    for name in hub_settings.list_names():
        if name not in CHARTS_OWN:
            kind = "secrets" if hub_settings.read_extra(name)["secret"] else "settings"
            field = hub_settings.Settings.model_fields[name.lower()]
            parts[kind][name] = make_value(field)
    return parts


def fill(text: str) -> str:
    """The schema with the settings as they are now."""
    import hub_settings

    schema = json.loads(text)
    for kind, properties in make_parts().items():
        schema["properties"][kind]["properties"] = properties
    schema["properties"]["mode"]["enum"] = list(hub_settings.MODES)
    return json.dumps(schema, indent=1) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "images" / "hub"))
    SCHEMA.write_text(fill(SCHEMA.read_text()))
