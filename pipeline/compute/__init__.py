"""From counts to an edition: the one place where records meet the mathematics."""
