"""What the content engine measures itself by; see `config.base.benchmarks`."""
