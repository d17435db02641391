"""What `resources` decides, without store, clock or network. Pure."""
