"""The one client of an API server, for the node, the router and the command line."""
