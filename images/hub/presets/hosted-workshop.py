"""Users of the cluster, each as themselves in a project of their own, with the web console."""

from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

for part in ("logins/openshift.py", "console.py"):
    load_subconfig(str(Path(__file__).parents[1] / part))  # noqa: F821
