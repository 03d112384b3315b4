"""What the services can be asked to do and to tell: one module per service.

A *command* changes something and takes an idempotency key; a *query* does not. Requests refuse
unknown fields. The chassis adds the queries that every service with a journal answers (`journal_*`,
`stuck_*`); they are in `chassis/journal/service.py`.
"""
