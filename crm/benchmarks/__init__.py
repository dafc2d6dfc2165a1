"""What the crm measures itself by; see `config.base.benchmarks`."""
