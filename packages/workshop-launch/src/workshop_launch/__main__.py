"""`python -m workshop_launch -- COMMAND ...`."""

from workshop_launch.main import main

main()
