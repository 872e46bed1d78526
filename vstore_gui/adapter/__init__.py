"""The host client: async calls, partial answers and reports over a pipe to one child process per host."""
