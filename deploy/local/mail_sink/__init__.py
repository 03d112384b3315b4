"""A local mail server for demos and tests: it takes every mail and delivers none.

SMTP on one port. On another, HTTP: `GET /messages` lists what came (`?to=` for one recipient),
`GET /count` says how many, `DELETE /messages` forgets them, and `PUT /behaviour` makes it refuse
mail with a status of 4xx or 5xx, or hang (see `sinks.Behaviour`).
"""
