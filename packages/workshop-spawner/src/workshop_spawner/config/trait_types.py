"""Trait types that refuse what cannot work, with a sentence that names trait and remedy."""

from __future__ import annotations

from typing import Any

from traitlets import HasTraits, TraitError, TraitType, Unicode

from workshop_spawner.manifests import budgets
from workshop_spawner.model import naming


class BudgetTrait(TraitType[Any, Any]):
    """A budget: a name, changes to one, or a callable that takes the spawner and returns these.

    The changes are a dict; see budgets.parse_budget.
    """

    info_text = "the name of a budget or a dict of quantities"

    def validate(self, obj: HasTraits, value: object) -> object:
        """Keep the value as written once it can be read."""
        if callable(value):
            return value
        if not isinstance(value, str | dict):
            self.error(obj, value)
        try:
            budgets.parse_budget(value)
        except ValueError as error:
            raise TraitError(f"{_place(obj, self.name)}: {error}") from None
        return value


class QuantityTrait(Unicode):
    """A quantity of Kubernetes, or nothing."""

    info_text = "a quantity such as '1Gi', or ''"

    def validate(self, obj: HasTraits, value: object) -> str:
        """Refuse what the API would refuse."""
        text = str(super().validate(obj, value))
        if text and not budgets.is_quantity(text):
            raise TraitError(f"{_place(obj, self.name)} is {text!r}; use a quantity such as '1Gi'.")
        return text


class NameTrait(Unicode):
    """A name that can begin the names of objects in a cluster."""

    info_text = "a name of a-z, 0-9 and inner hyphens"

    def __init__(self, *args: Any, limit: int = naming.LABEL_LIMIT, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = limit

    def validate(self, obj: HasTraits, value: object) -> str:
        """Refuse what the API would refuse, or what would leave no room for the rest of a name."""
        name = str(super().validate(obj, value))
        if f"{name}-".startswith(("kube-", "openshift")):
            raise TraitError(
                f"{_place(obj, self.name)} is {name!r}; names that begin with 'kube-' or "
                "'openshift' are the cluster's own. Take another."
            )
        if not (naming.is_dns_label(name) and len(name) <= self.limit and name[0].isalpha()):
            raise TraitError(
                f"{_place(obj, self.name)} is {name!r}; use a letter, then a-z, 0-9 and inner "
                f"hyphens, at most {self.limit} characters, for example 'workshop'."
            )
        return name


def _place(obj: HasTraits, name: str | None) -> str:
    return f"{type(obj).__name__}.{name}"
