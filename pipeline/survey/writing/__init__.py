"""A city folder made of what a survey found."""
