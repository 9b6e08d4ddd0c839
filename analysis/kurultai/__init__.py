"""Reads Kurultai's result files and draws them.

    import kurultai
    run = kurultai.open_run("results/kazakhstan.h5")
    run.region["trust"]             # an xarray DataArray over (week, region)
    kurultai.plots.ranking(run, "trust")

    sweep = kurultai.open_sweep("results/information.h5")
    sweep.region["trust"]           # over (point, replicate, week, region), the levers as coordinates
    kurultai.sweep_plots.effect(sweep, "reach", "participation")

    kurultai.screening.main_effects(sweep, "participation")   # many levers off or on, all at once
    kurultai.trials.read_trial(run, "mail").effect()    # estimators for randomised policies
    kurultai.surveys.read_survey(run, "rural_residents").item("trust")    # what a survey estimated, beside the truth
    print(kurultai.swot.analyse(run, reference).markdown())               # strengths, weaknesses, opportunities,
    threats

It needs xarray, h5py, h5netcdf, xxhash, pandas and matplotlib; it never runs a simulation. A file is opened only if it
ends with the seal of the program that wrote it; ``unsealed=True`` reads one that another program has changed.
"""
from . import (
    calibration,
    comparison,
    output,
    plots,
    reach,
    screening,
    survey_errors,
    surveys,
    sweep_plots,
    swot,
    trials,
)
from .calibration import Calibration, open_calibration
from .comparison import Comparison, open_comparison
from .file import ResultError, decoded
from .result import open_result
from .run import Run, open_run
from .sweep import Axis, Sweep, open_sweep

__all__ = [
    "Axis",
    "Calibration",
    "Comparison",
    "ResultError",
    "Run",
    "Sweep",
    "calibration",
    "comparison",
    "decoded",
    "open_calibration",
    "open_comparison",
    "open_result",
    "open_run",
    "open_sweep",
    "output",
    "plots",
    "reach",
    "screening",
    "survey_errors",
    "surveys",
    "sweep_plots",
    "swot",
    "trials",
]
