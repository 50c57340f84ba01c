"""A person to faces."""
