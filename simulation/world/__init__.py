"""What exists: people, places of support, ties, money and events. Columns and agents, no behaviour."""
