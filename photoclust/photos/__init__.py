"""Photo files: finding them, and reading them as upright pixels with time and place."""
