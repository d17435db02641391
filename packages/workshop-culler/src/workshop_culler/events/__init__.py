"""What happens to sessions, told to others: webhooks and a log of JSON lines."""
