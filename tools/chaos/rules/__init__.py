"""Decisions: no network, no process, no clock, no chance that was not given."""
