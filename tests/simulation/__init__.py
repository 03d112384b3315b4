"""A deterministic simulation of the whole back end: one seed, one run, byte for byte the same.

Real are the services as they stand in their Nameko containers and all of the chassis between them
and the outside: commands with their registration, decisions, group commit, snapshots, the relay's
numbering and publishing, the consumer's batches, the inbox, the lists of what lags, the walks along
the journals, mending, leases, due times, periodic jobs, calls and their server, reporting's fold.
Their green threads and time-outs are eventlet's, on a hub whose clock is virtual and whose next
turn is drawn.

Modelled are only the outsides: MongoDB (`server`, `collection`, `shelf`, `documents`), RabbitMQ
(`broker`), the sockets between processes (`network`), time and chance (`ground`, `hub`), and people
(`clients`, `plays`). Every call to one of them may pause, fail before or after its effect, or be
the last of its process; messages are lost, doubled and late; processes freeze; two hold one lease;
the broker goes away; a service loses all its processes for minutes. Left out are the gateway, the
sender of notices and the rebuild of figures.

`watch` looks at every stored commit and segment, `rest` says what a run has to come to, `audit`
compares what is left with what clients were told. `bugs` are planted to show that all this bites.
"""
