"""VStore: the desktop storage manager for libvirt/KVM.

Values flow up the floors, wishes flow down; CONTRIBUTING.md draws them.
"""

__version__ = "0.1.0"

APPLICATION_ID = "io.github.vstore_gui.VStore"
