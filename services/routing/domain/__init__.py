"""The pure half of routing: a ticket's case, workflows, the organisation; no input or output."""
