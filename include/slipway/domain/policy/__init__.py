"""One rule a file; each looks at the facts and names its blockers. `decide.py` puts them together."""
