"""Looking at records that nobody here has seen, and making a city folder of what was found."""
