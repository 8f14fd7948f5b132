"""The page of a game day: collected from a world, written as one HTML file or as JSON."""
