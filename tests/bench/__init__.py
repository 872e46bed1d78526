"""How fast and how calm: the program beside plain libvirt calls, virsh and virt-manager on one big host.

Nothing here asserts: it prints medians, ratios and lateness, for a reader to judge.
"""
