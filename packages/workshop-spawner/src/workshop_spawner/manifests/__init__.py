"""What a session is made of, as objects of the API."""
