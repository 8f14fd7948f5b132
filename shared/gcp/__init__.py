"""The ports on Google's clients: the only google.* imports of the house."""
