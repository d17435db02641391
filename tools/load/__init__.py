"""A crowd of visitors against a real hub: `python3 noxfile.py -s load`.

In tools/ and not beside the demo, as it is a program of a session like the others in there, and
tests find it by the same path. From the inside out:

`rules/`     what pages say, how people type, what figures come of it: pure functions
`browser`    one person's browser: cookies, redirects, every answer timed
`terminal`   the websockets of a terminal's page
`visitor`    one person: arrives, waits in the queue, opens pages and terminals, leaves
`visit`      a whole visit, from the first page to the closed tab; its frozen result
"""
