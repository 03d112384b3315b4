"""The machinery without a domain word in it; see docs/architecture.md."""
