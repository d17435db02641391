"""The cluster: its API and OAuth server, and the credentials and authorities for them."""
