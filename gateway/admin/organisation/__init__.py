"""The organisation in the browser: subjects, units and people."""
