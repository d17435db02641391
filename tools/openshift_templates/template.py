"""A Template as a value, and as the file that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from openshift_templates import parameters
from openshift_templates.objects import Object
from openshift_templates.parameters import Default

HEAD = """\
# {title}.
#
#     oc new-app -f templates/openshift/{name}.yaml{words}
#
# Made by `python3 noxfile.py -s templates` (tools/openshift_templates); do not change it here.
"""


@dataclass(frozen=True)
class Template:
    """One file of templates/openshift. `app` is the label of all its objects."""

    name: str
    title: str
    app: str
    parameters: Mapping[str, Default]
    objects: Sequence[Object]
    message: Sequence[str] = ()

    @property
    def required(self) -> list[str]:
        """The parameters that have no default and must be given."""
        return [name for name, each in self.parameters.items() if each == parameters.Required()]

    def make(self) -> Object:
        """The object."""
        return {
            "apiVersion": "template.openshift.io/v1",
            "kind": "Template",
            "metadata": {
                "name": self.name,
                "annotations": {
                    "openshift.io/display-name": self.title,
                    "description": f"{self.title}.",
                    "tags": "workshop,jupyterhub",
                },
            },
            "message": "\n".join(self.message),
            "labels": {"app": self.app},
            "parameters": parameters.render(self.parameters),
            "objects": list(self.objects),
        }

    def render(self) -> str:
        """The file."""
        words = "".join(f" \\\n#       -p {name}=..." for name in self.required)
        head = HEAD.format(title=self.title, name=self.name, words=words)
        text = yaml.dump(self.make(), Dumper=_Dumper, sort_keys=False, width=100)
        return f"{head}{text}"


class _Dumper(yaml.SafeDumper):
    """Without aliases, which the API does not take, and with texts of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
