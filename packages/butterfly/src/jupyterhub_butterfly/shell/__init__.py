"""What a shell is before anybody types: environment, start file, tools, login to the cluster.

`shells` puts it together; `startup` runs what the image and the workshop want done before.
"""
