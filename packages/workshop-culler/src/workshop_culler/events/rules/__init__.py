"""Decisions about events: plain functions, no network, no clock."""
