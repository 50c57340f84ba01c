"""Model packs: from pixels to faces with embeddings."""
