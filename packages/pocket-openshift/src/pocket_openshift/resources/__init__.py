"""What the cluster does by itself: one module for each kind or group of kinds."""
