"""Workflows in the browser: a graph and a list beside each other, versions, migration."""
