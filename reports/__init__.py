"""From an edition to pages, files and terminal tables."""
