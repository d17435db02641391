"""Users of the cluster, each as themselves in a project of their own: a terminal, no console."""

from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

load_subconfig(str(Path(__file__).parents[1] / "logins/openshift.py"))  # noqa: F821
