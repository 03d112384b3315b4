"""`docs/` as a site: `make site` builds it, in English with the Persian guides beside it."""
