"""The command `workshop`: the instructor's tools at a prompt, by the service's API."""
