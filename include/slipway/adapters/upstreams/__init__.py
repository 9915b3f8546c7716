"""Where built versions and their history come from: GitHub, and mirrors of it."""
