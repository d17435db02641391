"""What writes to the hub's log: its logger, or the one of a spawner, which adds the user's name."""

from __future__ import annotations

from logging import Logger, LoggerAdapter

Log = Logger | LoggerAdapter[Logger]
