"""The published result of one day: frozen, numbered, kept."""
