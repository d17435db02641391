"""What requests and answers mean: no network, no clock, no randomness."""
