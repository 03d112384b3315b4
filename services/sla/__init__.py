"""The clock: which promise holds for a ticket, when it comes due, and whether it was kept.

Owns calendars, agreements and every ticket's course and clocks. Consumes what intake and routing
tell of a ticket's life. Emits `sla.*`. Stores a journal of clocks, and the versions of agreements
and calendars with who published them.
"""
