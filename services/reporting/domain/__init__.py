"""What reporting remembers of a ticket, and how figures come of it; pure throughout."""
