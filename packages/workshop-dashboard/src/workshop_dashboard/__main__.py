"""`python -m workshop_dashboard` is `workshop-notes`."""

import sys

from workshop_dashboard.app import main

sys.exit(main())
