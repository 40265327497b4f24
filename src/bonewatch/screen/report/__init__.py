"""The picture of a whole population, as one page that needs nothing else."""
