"""A wish becomes a Plan; the runner carries a Plan out as a Job."""
