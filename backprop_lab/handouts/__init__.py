"""A problem sheet with numbers of their own for every student, the solution of each, and a key to them all."""
