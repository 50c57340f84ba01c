"""A map: every face a dot in two dimensions, near those that look alike, as one page."""
