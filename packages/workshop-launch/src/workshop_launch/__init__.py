"""Start a single-user server ahead of its user, and hand it over by one sealed request."""

__version__ = "0.1.0"
