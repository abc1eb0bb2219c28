"""Pages of public purchasing, by subject."""
