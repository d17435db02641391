"""A hub that offers several workshops: what is written of them, who may start which, and links."""
