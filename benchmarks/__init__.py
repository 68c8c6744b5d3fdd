"""Studies and comparisons: measured when somebody asks, never a timed test."""
