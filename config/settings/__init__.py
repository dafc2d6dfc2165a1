"""One module per environment: dev (the default of manage.py), test, production; all start from base."""
