"""A local care system, week by week: people, families, services, hospital and council. Reads no scenario file."""
