"""How good a clustering is: a truth, measures against it, and pages that show both."""
