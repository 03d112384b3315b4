"""The servers that Peygir stands on: command line and configuration of each.

One module for each server. `program(...)` writes what the server needs into a folder of its own
and returns how to start it; nothing here starts anything. All listen on 127.0.0.1 alone, run in
the foreground under any user, and have their memory bounded, since they share the machine with
whatever is measured on it.
"""
