"""The questions councils ask: scenario files, read and checked here, and the runs and appraisals that answer them."""
