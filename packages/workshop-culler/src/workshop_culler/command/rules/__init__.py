"""Decisions of the command `workshop`: plain functions, no network, no clock."""
