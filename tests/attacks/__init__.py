"""Attacks on a whole installation, from outside: who gets in, what gets through, what breaks.

Everything goes by HTTP, SMTP's sink or a raw socket, as an attacker has it; of the product only
`contracts.rights` is imported, the table that the rights matrix is held against. Attackers come
from addresses of their own below 127.0.0.0/8, so that no limit which they reach is another's.
docs/security.md says which requirement each test stands for.
"""
