"""How far the model is known: targets, priors and posteriors, for this model and for any other."""

from calibration.calibrate import calibrate
from calibration.result import Posterior
from calibration.targets import CalibrationFailed, Target, held_out, register

__all__ = ["CalibrationFailed", "Posterior", "Target", "calibrate", "held_out", "register"]
