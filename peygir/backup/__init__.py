"""Saving an installation as it was at one instant, and bringing it back elsewhere."""
