"""The settings: traits, the frozen values made of them, and what they may hold together."""
