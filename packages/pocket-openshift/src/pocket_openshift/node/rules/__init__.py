"""What the node decides, without event loop, network or clock. Pure."""
