"""What the blocks of an editor do to a text: to its lines, and to its YAML."""
