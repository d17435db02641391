"""Decisions, as plain functions and values: no web server, hub, event loop, disk or clock."""
