"""What the OAuth server decides, without store, clock or network. Pure."""
