"""Early warning on counts: what rises."""
