"""Deploy targets: one file each, and one visible registry."""
