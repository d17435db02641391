"""The way to the cluster's login page and back."""
