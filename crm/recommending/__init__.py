"""What is recommended to whom, and why: the history, the models that score it, the runs that keep the result."""
