"""Where a session's project comes from, and when it is ready."""
