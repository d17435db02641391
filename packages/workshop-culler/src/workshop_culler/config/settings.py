"""The settings of all passes as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_culler.rules.limits import Limits, Policy
from workshop_culler.rules.server_verdicts import Hook
from workshop_culler.rules.user_verdicts import UserRules


@dataclass(frozen=True, slots=True)
class Settings:
    """All that decides in a pass; made once at start."""

    general: Limits = Limits()  # noqa: RUF009 - frozen
    ordered: tuple[Policy, ...] = ()
    users: UserRules = UserRules()  # noqa: RUF009 - frozen
    arbiter: Hook | None = None
    limits_hook: Hook | None = None
    dry_run: bool = False

    @property
    def has_hooks(self) -> bool:
        """Whether functions of the admin's decide, too."""
        return bool(self.arbiter or self.limits_hook)
