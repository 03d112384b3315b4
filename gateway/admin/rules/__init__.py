"""Routing rules in the browser: the table in order, tried before it holds, its versions."""
