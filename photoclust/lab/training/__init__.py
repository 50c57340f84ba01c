"""FaceNet-style training: from a folder per person to a model pack, with triplet loss.

Only what is inside this package imports PyTorch, and only in the functions that need it.
"""
