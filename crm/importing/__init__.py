"""Files of rows into the database: read in chunks, staged in a temporary table, settled there, merged at once.

| step | module |
|---|---|
| what a file is: packed, its encoding, its separator; its rows, the broken ones too | `files`, `reading`, `plain` |
| which column is which | `mappings` |
| texts into keys, numbers, moments, column by column | `values` |
| what may be wrong with a row, and what is worth a note | `problems` |
| one kind of file: its columns, its problems, how its rows are settled | `orders`, … (a `Kind` each, see `kinds`) |
| which customer, which product | `lookups` |
| created, updated, unchanged | `merging` |
| audit items and the file of rejects | `noting` |
| all of it, in order | `engine` |

Nothing is held in memory but a chunk of rows; nothing is written before all of the file has been read, and then
everything in one transaction. Temporary tables belong to the connection: reading takes no lock of the database's.
"""
