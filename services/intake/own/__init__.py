"""The requester himself: proving who he is by a one-time code, his data, his tickets."""
