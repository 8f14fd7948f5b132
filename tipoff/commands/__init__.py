"""The commands of `tipoff`, one small module a command or family; heavy imports lie inside."""
