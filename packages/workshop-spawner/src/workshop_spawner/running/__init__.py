"""A session's pod from its start to its loss."""
