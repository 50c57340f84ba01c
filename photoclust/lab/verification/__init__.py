"""Are two photos of one person? Pairs, folds, and how often the answer is right."""
