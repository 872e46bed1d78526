"""What tests of several rings share: waiting, leak detection, a private libvirtd, a screen."""
