"""How people type: a pause before each key."""

from __future__ import annotations

import math
import random

SHORTEST, LONGEST = 0.03, 1.5
# People's pauses are spread log-normally; 0.5 is about what studies of free text find.
SPREAD = 0.5


def make_pauses(chance: random.Random, count: int, middle: float) -> tuple[float, ...]:
    """So many pauses in seconds, half of them below `middle`; none where that is 0."""
    if middle <= 0:
        return (0.0,) * count
    drawn = (chance.lognormvariate(math.log(middle), SPREAD) for _ in range(count))
    return tuple(min(max(pause, SHORTEST), LONGEST) for pause in drawn)


def spread_arrivals(count: int, within: float) -> tuple[float, ...]:
    """When each of a crowd comes, evenly over so many seconds."""
    return tuple(number * within / count for number in range(count))
