"""What the API's operations take and give, recorded from a day in the demo organisation.

`python -m tests.recording` starts an installation, plays the day and writes
`gateway/recorded.json`, which the OpenAPI document and the collection of requests show as examples.
What a run cannot show at its best (a month's figures, a stuck event) stands with its route instead
and is left alone here.
"""
