"""The drug-control sub-index: its arithmetic."""
