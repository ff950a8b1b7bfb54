"""What the real `poetry lock` does to the locks of a small workspace after every kind of change.

`workspace` is the workspace and how it is changed, `index` the packages there are, `cases` the
changes, `oracle` the real Poetry, `table.toml` its verdicts, and `make_table` writes that table.
`random_edits` makes changes that nobody thought of.
"""
