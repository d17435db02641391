"""What notes are and how they read, as plain functions and values: no network, hub or disk."""
