"""The appraisal, against figures worked out by hand and published ones."""
