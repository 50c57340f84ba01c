"""How good clusters and packs are: truths, measures against them, and pages that show both."""
