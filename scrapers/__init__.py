"""How to fetch; fetchers/ has a module a source. Only functions/scraper imports this package."""
