"""`pocket-openshift node` with all that it has to say: a run looks for secrets in logs at DEBUG."""

from __future__ import annotations

import logging
import sys

from pocket_openshift.__main__ import main

if __name__ == "__main__":
    logging.basicConfig(
        level=logging.DEBUG, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    sys.exit(main(["node", *sys.argv[1:]]))
