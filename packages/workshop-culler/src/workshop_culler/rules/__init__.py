"""Who may be ended, and why: verdicts over values."""
