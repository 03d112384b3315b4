"""The pure part: the ledger of a ticket, what is owed when, and what follows from an attempt."""
