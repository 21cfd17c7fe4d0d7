"""How fast the town moves, and how much of that is owed to its form: the same rules as objects, as columns, as kernels."""
