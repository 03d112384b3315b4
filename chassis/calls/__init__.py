"""Commands and queries over HTTP between processes; docs/adr/0005-calls.md."""
