"""The sender: finds what is owed, asks for addresses and texts, renders, sends and records."""
