"""What became of a game day, for people: from rows to lines, and to a picture. Pure."""
