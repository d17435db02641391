"""What a hand-over may say and who is heard: pure functions over bytes and times."""
