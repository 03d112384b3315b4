"""A local SMS provider for demos and tests: answers as Kavenegar's REST API does, sends nothing.

The provider's side, below `/v1/{API key}/`: `sms/send.json`, `sms/status.json`,
`sms/statuslocalmessageid.json`, by GET or POST. A message is queued, goes to the carrier, and is
delivered a moment later; with a callback address set, the receipt is posted there.
As with the real one, a repeated `localid` is a new message: whoever sends twice is seen.

Our side: `GET /messages` lists what was sent (`?receptor=`, `?localid=`), `GET /count` says how
many, `DELETE /messages` forgets them; `PUT /behaviour` makes it fail or hang (see
`sinks.Behaviour`), `PUT /receipts` says how messages end (see `outbox.Receipts`).
"""
