"""Where an incident was: names, positions, boundaries."""
