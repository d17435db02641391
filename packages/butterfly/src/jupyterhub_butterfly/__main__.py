"""`python -m jupyterhub_butterfly`."""

from jupyterhub_butterfly.app import main

main()
