"""Named examples: the table of published cases, reading a case, its answer, and how people write grids of numbers."""
