"""One look at hub and cluster: fetch, decide, act, and say what was done."""
