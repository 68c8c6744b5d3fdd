"""Pages: numbers become a view, a view becomes HTML; the template chooses words and tags only."""
