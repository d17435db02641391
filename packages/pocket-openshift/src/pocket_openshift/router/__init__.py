"""A router for services, routes and ingresses on loopback."""
