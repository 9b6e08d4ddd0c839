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
    print(kurultai.swot.analyse(run, reference).markdown())               # strengths, weaknesses, opportunities, threats

It needs xarray, h5py with h5netcdf (or netCDF4) and, for the figures, matplotlib; it never runs a simulation.
"""
from . import plots, reach, screening, survey_errors, surveys, sweep_plots, swot, trials
from .file import ResultError, decoded
from .run import Run, open_run
from .sweep import Axis, Sweep, open_result, open_sweep

__all__ = ["Axis", "ResultError", "Run", "Sweep", "decoded", "open_result", "open_run", "open_sweep", "plots", "reach",
           "screening", "survey_errors", "surveys", "sweep_plots", "swot",
           "trials"]
