"""What runs in the child process of a service's migrations; imported by nobody else."""
