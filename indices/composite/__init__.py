"""Scores made of indicators by stated rules: scales, weighted means, printed digits, next steps."""
