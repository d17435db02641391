"""Files in and out of a session: by the browser at `files/`, offered by commands in the shell.

`filepaths` decides, `storage` and `archives` do it on the disk, `files` and `folders` answer the
browser, `offers` hears the `commands`. Nothing here knows of terminals but `offers`.
"""
