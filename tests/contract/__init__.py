"""What every host keeps, whoever plays it: the fake, libvirt's test driver and a real libvirtd run the same
cases."""
