"""What the columns of an unknown file mean, judged from their names and values."""
