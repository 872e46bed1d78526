"""Adapts the store's and the job list's changes to Qt item models: never a reset while rows live."""
