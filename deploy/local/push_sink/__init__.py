"""A local push service with the browsers behind it, for demos and tests: pushes to nobody.

As a push service: `POST /push/{device}` takes a message by RFC 8030 if it is signed for us (RFC
8292) and not for a device that is gone. As the browser it then decrypts it (RFC 8291), so that
people and tests can read what would have been shown.

Our side: `POST /devices` gives a new browser's subscription, `DELETE /devices/{device}` ends it
(from then on 410), `GET /messages` lists what was shown (`?device=`), `GET /count` says how many,
`DELETE /messages` forgets them; `PUT /behaviour` makes it fail or hang (see `sinks.Behaviour`).
"""
