"""The options as traits, and the frozen values that are made of them."""
