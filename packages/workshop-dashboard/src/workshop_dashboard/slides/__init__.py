"""Slides: the decks on the disk, and the pages that show them."""
