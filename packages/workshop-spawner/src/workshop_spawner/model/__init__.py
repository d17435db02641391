"""What the words of a session are: its names, labels and errors."""
