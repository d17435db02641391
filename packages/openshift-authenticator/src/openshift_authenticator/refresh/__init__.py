"""A login after it was made: confirmed now and then, and given back."""
