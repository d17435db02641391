"""Decisions and arithmetic: no network, no clock, no chance that was not given."""
