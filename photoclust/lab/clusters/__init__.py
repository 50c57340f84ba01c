"""How good the clusters of a library are, against folders or a CSV."""
