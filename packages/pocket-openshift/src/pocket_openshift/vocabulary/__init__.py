"""The API's words: kinds, paths, names, errors, and how bodies are read. Pure."""
