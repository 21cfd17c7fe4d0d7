"""Papers a council hands round: a board paper, lines for its medium-term financial strategy, and a monitoring sheet.

Each is plain words and tables worked out once from an appraisal; how they look on a page is another room's business.
"""
