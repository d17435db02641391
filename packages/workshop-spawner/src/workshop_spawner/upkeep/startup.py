"""What is done once, when the hub starts: are the settings sound, and the hub's rights enough?

Called by anonymous.py as soon as the hub starts, or by the first session under another
authenticator.
"""

import asyncio
import gc
from types import SimpleNamespace
from typing import Any

from workshop_spawner.visitors import leaving

_BEGUN: set[tuple[int, type]] = set()


def begin(spawner_class: type, config: Any, authenticator: Any = None) -> None:
    """Begin what runs beside the sessions, once for each hub and class.

    Traits that cannot work raise TraitError here, which ends the hub with the trait's name.
    """
    loop = asyncio.get_running_loop()
    if (id(loop), spawner_class) in _BEGUN:
        return
    _BEGUN.add((id(loop), spawner_class))
    # What a hub has loaded by now stays. Python's garbage collector need not look through all of it
    # again and again in the middle of starts, which holds the loop for 100 ms and more.
    gc.freeze()
    nobody = SimpleNamespace(name="nobody", id=0, url="/", settings={})
    keeper: Any = spawner_class(user=nobody, config=config, authenticator=authenticator)
    leaving.keep(asyncio.ensure_future(keeper.keep_house()))
