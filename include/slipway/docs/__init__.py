"""Reference pages that are written by the code they describe, so that they cannot say anything else."""
