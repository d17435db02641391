"""`python -m chaos`."""

import asyncio
import os
import sys

from chaos import run

os.umask(0o077)
sys.exit(asyncio.run(run.main(sys.argv[1:])))
