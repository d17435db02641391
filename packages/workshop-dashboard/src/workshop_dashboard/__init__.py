"""Workshop notes and terminals side by side, as an extension of jupyterhub-butterfly."""

__version__ = "0.1.0"
