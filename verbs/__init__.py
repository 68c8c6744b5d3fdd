"""What a person can say at a terminal, one module for verbs that belong together."""
