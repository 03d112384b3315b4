"""Playing another system's event log through the public commands, with its own times."""
