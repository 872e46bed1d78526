"""The pipe between the window and a host's child process: typed messages in length-prefixed frames."""
