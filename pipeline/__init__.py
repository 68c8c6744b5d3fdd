"""What is known and when: sources -> incidents -> daily counts -> editions."""
