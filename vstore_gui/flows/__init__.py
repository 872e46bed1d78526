"""Wizards without widgets: a draft, its checks against live values, and the plan it makes."""
