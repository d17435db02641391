"""The templates of templates/openshift: what each is made of, in one place.

`make_templates.py` beside this folder writes the files; tests/test_openshift_templates.py holds the
files equal to what it writes.
"""
