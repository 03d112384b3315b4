"""Five Nameko services, each one bounded context with a database of its own."""
