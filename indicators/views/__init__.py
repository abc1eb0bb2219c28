"""Pages of the yearly campaign, by subject."""
