"""`python -m jupyterhub_butterfly`."""

from .app import main

main()
