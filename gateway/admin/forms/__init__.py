"""Forms in the browser: a list of fields, and the form beside it as requesters see it."""
