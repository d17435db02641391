"""Ends idle and over-age JupyterHub sessions and removes what they leave in the cluster."""

__version__ = "0.1.0"
