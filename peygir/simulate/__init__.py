"""A believable past: requests as an organisation gets them, handled by the people it has.

`plan.py` and `story.py` make it up, the same for the same seed; `player.py` plays it through the
public API.
"""
