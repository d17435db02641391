"""What the router decides, without event loop or network. Pure."""
