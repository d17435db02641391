"""What the real server refuses to store.

Clients without sense, scopes that do not exist, and names that cannot be a user's.
"""

from __future__ import annotations

import re

from pocket_openshift.access import scope_names
from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.oauth import registry
from pocket_openshift.oauth.rules import tokens
from pocket_openshift.vocabulary import errors

USER_NAME = re.compile(r"[^:/%]+")


class Checks(Behaviour):
    """What the real server refuses to store.

    Clients without sense, and tokens with scopes that do not exist.
    """

    resources = (registry.CLIENTS, registry.APPROVALS, tokens.ACCESS_TOKENS, registry.USERS)

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Judge one object."""
        wrong = find_causes(call.kind.kind, obj)
        if wrong:
            raise errors.invalid(call.kind, obj["metadata"].get("name", ""), wrong)


def find_causes(kind: str, obj: Object) -> list[errors.Cause]:
    """What is wrong with an object of one of these kinds."""
    if kind == "OAuthClient":
        return _find_client_causes(obj)
    if kind == "User":
        return _find_user_causes(obj)
    wrong = scope_names.problem_with_scopes(obj.get("scopes") or ())
    causes = [errors.Cause("scopes", "FieldValueInvalid", wrong)] if wrong else []
    name = obj["metadata"].get("name", "")
    expected = tokens.approval_name(obj.get("userName", ""), obj.get("clientName", ""))
    if kind == "OAuthClientAuthorization" and name != expected:
        text = f'Invalid value: "{name}": must be in the format <userName>:<clientName>'
        causes.append(errors.Cause("metadata.name", "FieldValueInvalid", text))
    return causes


def _find_client_causes(obj: Object) -> list[errors.Cause]:
    causes = []
    method = obj.get("grantMethod")
    if method not in (None, "", "auto", "prompt"):
        text = f'Unsupported value: "{method}": supported values: "auto", "prompt"'
        causes.append(errors.Cause("grantMethod", "FieldValueNotSupported", text))
    for place, uri in enumerate(obj.get("redirectURIs") or ()):
        if "#" in uri or "://" not in uri:
            text = (
                f'Invalid value: "{uri}": must be an address with a scheme and without a fragment'
            )
            causes.append(errors.Cause(f"redirectURIs[{place}]", "FieldValueInvalid", text))
    return causes


def _find_user_causes(obj: Object) -> list[errors.Cause]:
    name = obj["metadata"].get("name", "")
    if USER_NAME.fullmatch(name) and name not in ("~", ".", ".."):
        return []
    text = f'Invalid value: "{name}": may not be "~", and may not contain ":", "/" or "%"'
    return [errors.Cause("metadata.name", "FieldValueInvalid", text)]
