"""Ingresses: what the API server fills in and refuses. What listens on the hosts is the node
agent's part.
"""

from __future__ import annotations

from pocket_openshift.core.behaviour import Behaviour, Call, Object
from pocket_openshift.vocabulary import errors, kinds

_INGRESSES = "ingresses.networking.k8s.io"
_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")


def find_causes(ingress: Object) -> list[errors.Cause]:
    """What is wrong with an ingress."""
    spec = ingress.get("spec") or {}
    if not spec.get("rules") and not spec.get("defaultBackend"):
        text = 'Invalid value: "": either `defaultBackend` or `rules` must be specified'
        return [errors.Cause("spec", "FieldValueInvalid", text)]
    return [
        cause
        for number, rule in enumerate(spec.get("rules") or ())
        for place, path in enumerate((rule.get("http") or {}).get("paths") or ())
        for cause in _find_path_causes(f"spec.rules[{number}].http.paths[{place}]", path)
    ]


def _find_path_causes(field: str, path: Object) -> list[errors.Cause]:
    kind, where, causes = path.get("pathType"), path.get("path") or "", []
    if not kind:
        text = "Required value: pathType must be specified"
        causes.append(errors.Cause(f"{field}.pathType", "FieldValueRequired", text))
    elif kind not in _PATH_TYPES:
        known = ", ".join(f'"{name}"' for name in _PATH_TYPES)
        text = f'Unsupported value: "{kind}": supported values: {known}'
        causes.append(errors.Cause(f"{field}.pathType", "FieldValueNotSupported", text))
    elif kind != "ImplementationSpecific" and not where.startswith("/"):
        text = f'Invalid value: "{where}": must be an absolute path'
        causes.append(errors.Cause(f"{field}.path", "FieldValueInvalid", text))
    if not path.get("backend"):
        causes.append(errors.Cause(f"{field}.backend", "FieldValueRequired", "Required value"))
    return causes


class Ingresses(Behaviour):
    """Admission of ingresses."""

    resources = (_INGRESSES,)

    def default(self, call: Call, obj: Object, old: Object | None) -> None:
        """A status without addresses."""
        obj.setdefault("status", {"loadBalancer": {}})

    def validate(self, call: Call, obj: Object, old: Object | None) -> None:
        """Refuse what is wrong."""
        wrong = find_causes(obj)
        if wrong:
            name = obj["metadata"].get("name", "")
            raise errors.invalid(kinds.named(_INGRESSES), name, wrong)
