"""Who may do what at every address: the endpoints as the URL resolver knows them, the declared table beside them.

`manage.py access_matrix` prints the table; the tests ask every cell of it.
"""
