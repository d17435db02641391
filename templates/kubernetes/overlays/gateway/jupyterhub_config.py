"""Settings of your own, run after the image's; see docs/how-to/run-the-hub-image.md."""
