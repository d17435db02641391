"""What decides about slides: pure functions over their text."""
