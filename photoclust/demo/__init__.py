"""A small made-up photo library, to show the whole program without a download."""
