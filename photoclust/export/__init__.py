"""What leaves the library: contact sheets and galleries."""
