"""Reads Kurultai's result files and draws them.

    import kurultai
    run = kurultai.open_run("results/kazakhstan.h5")
    run.region["trust"]             # an xarray DataArray over (week, region)
    kurultai.plots.ranking(run, "trust")

It needs xarray, h5py with h5netcdf (or netCDF4) and, for the figures, matplotlib; it never runs a simulation.
"""
from . import plots
from .run import ResultError, Run, decoded, open_run

__all__ = ["ResultError", "Run", "decoded", "open_run", "plots"]
