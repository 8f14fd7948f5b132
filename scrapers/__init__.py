"""How to fetch: one module a source. Only functions/scraper imports this package."""
