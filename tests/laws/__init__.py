"""Laws of the flow: what must hold whoever does whatever to whichever ticket.

One seed is one walk: a random organisation, random workflows of every shape that is accepted, and
random people who do random things, some of them at the same time. Real is all that decides: the
workflows' reader, rights, decisions and folds, the grounds of a batch, the places. In memory are
the journal and its rounds (`stage`) and the loads (`loads`).

`drawing`, `workflows`, `organisations` and `steps` draw; `ledger` keeps its own books from the
events alone; `rights` is an oracle written from what is promised, not from the code; `laws`
compares after every step; `walk` cuts what breaks a law down to a short story. `bugs` are planted
to show that all this bites.

A new action is drawn by the names and types of its arguments; where that cannot do, the test of
completeness asks for a line in `drawing.NAMED`. A new relation or guard needs its line in `rights`.
"""
