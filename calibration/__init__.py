"""How far the model is known: targets, priors and posteriors. (No calibration is shipped yet.)"""
