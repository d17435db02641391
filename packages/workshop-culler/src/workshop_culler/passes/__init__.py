"""One look at hub and cluster: fetch, judge, act, and say what was done."""
