"""Frozen values, the rules of the field as tables, units, errors, and what a host can be asked.

This floor imports nothing of ours and no GUI or libvirt; everything above may use it.
"""
