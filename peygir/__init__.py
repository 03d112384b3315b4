"""The command line, and the client that it shares with tests and load drivers.

Speaks to the gateway over HTTP and to nothing else; start with `cli.py`.
"""
