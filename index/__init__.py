"""From articles to a searchable index."""
