"""What is believed: every number about the world, with its range, unit, source, grade and doubt."""
