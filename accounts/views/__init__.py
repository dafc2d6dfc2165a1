"""The site's pages outside the admin, beside django-allauth's own."""
