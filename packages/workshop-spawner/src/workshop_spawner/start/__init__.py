"""What is done for one session: its objects, its pod, its server, and how it ends."""
