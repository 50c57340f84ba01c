"""A projection on top of a pack's embedding, learned from what a library's humans said."""
