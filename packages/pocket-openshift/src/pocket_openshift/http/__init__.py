"""The API server's face: requests to verbs, objects to answers."""
