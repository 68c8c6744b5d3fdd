"""From counts to scores: harm, rate, shrinkage, scale, rank."""
