"""Write the rules of templates/workshop-admin.yaml into the chart and the kustomization.

    python tools/visitor_role.py

Each workshop that they deploy has a role of visitors of its own, so that nothing has to be applied
to the cluster before. tests/test_visitor_role.py holds that it was done.
"""

from __future__ import annotations

from pathlib import Path

import yaml

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
SOURCE = TEMPLATES / "workshop-admin.yaml"
CHART = TEMPLATES / "chart" / "files" / "visitor-rules.yaml"
KUSTOMIZE = TEMPLATES / "kubernetes" / "components" / "rights" / "learning-portal" / "visitor.yaml"
HEAD = "# Written by tools/visitor_role.py from templates/workshop-admin.yaml, which says why.\n"


def render_rules() -> str:
    """The rules of all its roles, as a list of YAML."""
    documents = yaml.safe_load_all(SOURCE.read_text())
    rules = [rule for one in documents for rule in one["rules"]]
    return yaml.safe_dump(rules, sort_keys=False, width=100, default_flow_style=None)


def render_role() -> str:
    """The ClusterRole of the kustomization, whose name the overlays complete."""
    head = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
    return f"{head}metadata:\n  name: visitor.namespace\nrules:\n{render_rules()}"


def make_files() -> dict[Path, str]:
    """What each of the two files has to be."""
    return {CHART: HEAD + render_rules(), KUSTOMIZE: HEAD + render_role()}


def main() -> None:
    """Write them."""
    for path, text in make_files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
