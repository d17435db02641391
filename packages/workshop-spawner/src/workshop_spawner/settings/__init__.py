"""What an administrator decides: traits a concern, and what they mean."""
