"""Decisions: what is to be made, who may come in, how something is doing."""
