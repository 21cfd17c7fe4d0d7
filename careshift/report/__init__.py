"""The report a council reads: one page, self-contained, that needs no script and no network."""
