"""trialsift: sample sizes, cell doses, P-values and adverse events out of papers on trials."""

__version__ = "0.1.0"
