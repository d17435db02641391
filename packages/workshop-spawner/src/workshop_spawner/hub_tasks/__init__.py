"""What a hub does beside its sessions: check itself, keep a pool, count."""
