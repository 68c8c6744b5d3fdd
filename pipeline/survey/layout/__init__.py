"""Of what kind an unknown file is: format, encoding, delimiter, a sample of its rows."""
