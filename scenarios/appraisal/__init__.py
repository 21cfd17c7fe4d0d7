"""What a plan is worth, to whom and how surely: an appraisal in the manner of the Green Book, from paired runs.

Plain functions on arrays of paired differences [replications, years]. A gain is positive and a cost negative, from the
point of view of whoever is named. Nothing here runs the model, and nothing here recommends.
"""
