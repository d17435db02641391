"""What the terminal and its hub tell each other: settings, activity, the end of the session."""
