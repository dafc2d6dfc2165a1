"""What learning measures itself by; see `config.base.benchmarks`."""
