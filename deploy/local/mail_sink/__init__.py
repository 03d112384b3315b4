"""A local mail server for demos and tests: it takes every mail and delivers none.

SMTP on one port. On another, HTTP: `GET /messages` lists the newest 1000 (`?to=` for one
recipient), `GET /message-ids` the ids of all that are kept, `GET /count` says how many came,
`DELETE /messages` forgets them, and `PUT /behaviour` makes it refuse mail with a status of 4xx or
5xx, or hang (see `sinks.Behaviour`).
"""
