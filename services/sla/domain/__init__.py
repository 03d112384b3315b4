"""The rules of the clock: business time, agreements, and what time does to a clock."""
