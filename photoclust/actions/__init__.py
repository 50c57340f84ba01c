"""Verbs: each file is one thing photoclust does; its body reads as the list of its stages."""
