"""What makes an object invalid, kind by kind, with the API server's own words. Pure."""
