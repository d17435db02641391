"""How many sessions are to be ready: what is asked for, and when."""
