"""Codes and tokens leave the store when their time is over, those of a kept cluster too."""

from __future__ import annotations

import asyncio
import math
import time

from pocket_openshift.core import store
from pocket_openshift.core.behaviour import Behaviour, Object, Plane
from pocket_openshift.oauth.rules import tokens
from pocket_openshift.vocabulary import kinds

_LONGEST_TIMER = 86_400.0 * 7


class Ends(Behaviour):
    """Codes and tokens are taken out of the store when their time is over."""

    resources = (tokens.ACCESS_TOKENS, tokens.AUTHORIZE_TOKENS)

    def __init__(self, plane: Plane) -> None:
        super().__init__(plane)
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def started(self) -> None:
        """Those that were loaded end, too."""
        for resource in self.resources:
            for kept in self.store.select(resource):
                self._schedule(kinds.named(resource), kept)

    def stopped(self) -> None:
        """No timer outlives the cluster."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def changed(self, change: store.Change) -> None:
        """A new token gets a timer, one that is gone loses it."""
        uid = change.obj["metadata"]["uid"]
        timer = self._timers.pop(uid, None)
        if timer is not None:
            timer.cancel()
        if change.type != "DELETED":
            self._schedule(change.kind, change.obj)

    def _schedule(self, kind: kinds.Kind, kept: Object) -> None:
        left = tokens.expires(kept) - time.time()
        if left < math.inf:
            delay = min(max(left, 0.0), _LONGEST_TIMER)
            uid = kept["metadata"]["uid"]
            self._timers[uid] = asyncio.get_running_loop().call_later(delay, self._end, kind, uid)

    def _end(self, kind: kinds.Kind, uid: str) -> None:
        self._timers.pop(uid, None)
        kept = self.store.by_uid(uid)
        if kept is None:
            return
        if tokens.expires(kept) > time.time():
            self._schedule(kind, kept)
        else:
            self.store.remove(kind, "", kept["metadata"]["name"])
