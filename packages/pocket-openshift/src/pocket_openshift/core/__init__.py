"""The cluster without HTTP: objects, watches, deletion, and what behaviours are."""
