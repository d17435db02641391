"""`python -m workshop_culler` is the same as `workshop-culler`."""

from workshop_culler.app import main

if __name__ == "__main__":
    main()
