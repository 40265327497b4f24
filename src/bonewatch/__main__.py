"""`python -m bonewatch`."""

from bonewatch.cli import app

app(prog_name="bonewatch")
