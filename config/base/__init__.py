"""The kernel: what every model of every app stands on. It knows no app."""
