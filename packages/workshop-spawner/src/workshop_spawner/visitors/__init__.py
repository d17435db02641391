"""Drop-in visitors without accounts: who they are, how many, how they leave."""
