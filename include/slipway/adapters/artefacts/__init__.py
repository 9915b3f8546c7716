"""Where built versions are kept, addressed by their content."""
