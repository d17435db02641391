"""Ask a ValidatingAdmissionPolicy about an object, as an API server does, by a library for CEL.

For tests of the policies in templates/: no server that has them is needed.
"""

from collections.abc import Mapping
from typing import Any

import celpy
from celpy.adapter import json_to_cel


def evaluate(expression: str, **known: Any) -> Any:
    """The value of an expression; JSON goes in as an API server gives it."""
    environment = celpy.Environment()
    program = environment.program(environment.compile(expression))
    return program.evaluate({name: json_to_cel(value) for name, value in known.items()})


def list_refusals(
    policy: Mapping[str, Any],
    obj: Mapping[str, Any],
    old: Mapping[str, Any] | None = None,
    *,
    user: str,
    namespace: Mapping[str, Any],
) -> list[str] | None:
    """The messages of the rules that refuse an object; None where the policy is not concerned."""
    request = {"operation": "UPDATE" if old else "CREATE", "userInfo": {"username": user}}
    known = {"object": obj, "oldObject": old, "request": request, "namespaceObject": namespace}
    spec = policy["spec"]
    if not all(evaluate(each["expression"], **known) for each in spec.get("matchConditions", ())):
        return None
    variables: dict[str, Any] = {}
    for each in spec.get("variables", ()):
        variables[each["name"]] = evaluate(each["expression"], **known, variables=variables)
    known["variables"] = variables
    return [
        each.get("message") or str(evaluate(each["messageExpression"], **known))
        for each in spec["validations"]
        if not evaluate(each["expression"], **known)
    ]
