"""The child process from inside: lanes, errors, credentials, ssh, without a host where one is not needed."""
