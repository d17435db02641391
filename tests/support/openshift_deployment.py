"""A template of templates/openshift on a pocket cluster, its hub as a pod behind the router.

`Deployment` is what an administrator's terminal is: `oc`, and the host names of the cluster.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import command_line
import deployment
import openshift_templates_data as data
import pod_command
import visitor
import waiting
from oauth_person import OAuthPerson

SUBDOMAIN = "apps.example.com"


@dataclass
class Deployment:
    """One of them in a namespace. `oc` runs one command: exit code, lines said, lines of errors."""

    oc: command_line.Command
    cluster: Any
    router: Any
    template: str
    namespace: str
    said: list[str] = field(default_factory=list)

    def make(self, **values: str) -> None:
        """`oc new-app`; the pods of the hub have the image's program from now on."""
        place = {"SPAWNER_NAMESPACE": self.namespace, "CLUSTER_SUBDOMAIN": SUBDOMAIN}
        taken = {each["name"] for each in data.read(self.template)["parameters"]}
        given = {key: value for key, value in place.items() if key in taken} | values
        words = [word for name, value in given.items() for word in ("-p", f"{name}={value}")]
        file = data.FILES[self.template]
        code, self.said, wrong = self.oc("new-app", file, *words, "-n", self.namespace)
        assert (code, wrong) == (0, []), wrong

    @property
    def app(self) -> str:
        """The label of all its objects."""
        (line,) = [line for line in self.said if line.startswith("  oc delete all,")]
        found = re.search(r"-l app=(\S+)", line)
        assert found
        return found[1]

    def run_image(
        self, end: str = "-spawner", command: list[str] | None = None, **told: str
    ) -> None:
        """Give a Deployment's container the program that its image would have.

        `told` are variables by which it finds what the agent has mounted at another place.
        """
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{self.app}{end}"
        hub = self.cluster.request("GET", path).body
        container = hub["spec"]["template"]["spec"]["containers"][0]
        container["command"] = command or pod_command.make_words()
        container["env"] += [{"name": name, "value": value} for name, value in told.items()]
        container.pop("args", None)
        answer = self.cluster.request("PUT", path, hub)
        assert answer.status == 200, answer.body

    def move_port(self, end: str, port: int) -> None:
        """Let a Service lead to another port of its pods, which share the machine's here."""
        path = f"/api/v1/namespaces/{self.namespace}/services/{self.app}{end}"
        service = self.cluster.request("GET", path).body
        service["spec"]["ports"][0]["targetPort"] = port
        assert self.cluster.request("PUT", path, service).status == 200

    @property
    def host(self) -> str:
        """Of the Route of the hub, or of the one session that there is."""
        path = f"/apis/route.openshift.io/v1/namespaces/{self.namespace}/routes/{self.app}"
        found = (self.cluster.request("GET", path + end) for end in ("-spawner", ""))
        return str(next(answer for answer in found if answer.status == 200).body["spec"]["host"])

    async def until_ready(self, end: str = "-spawner", seconds: float = 120) -> None:
        """Wait until a Deployment's pod answers its probes."""
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{self.app}{end}"

        def is_ready() -> bool:
            status = self.cluster.request("GET", path).body.get("status") or {}
            return bool(status.get("readyReplicas"))

        try:
            await self.cluster.until(is_ready, seconds)
        except TimeoutError as error:
            raise AssertionError("\n".join(self.read_logs())) from error

    def read_logs(self) -> list[str]:
        """What the pods of the application have said."""
        pods = f"/api/v1/namespaces/{self.namespace}/pods"
        found = []
        for pod in self.cluster.request("GET", pods).body["items"]:
            name = pod["metadata"]["name"]
            runs = ("log", "log?previous=true")
            logs = [self.cluster.request("GET", f"{pods}/{name}/{run}").body for run in runs]
            found += [f"--- {name}: {json.dumps(pod['status'])[:1500]}", *map(str, logs)]
        return found

    async def until_logged(self, text: str) -> None:
        """Wait until a pod has said this."""
        await waiting.until_so(lambda: text in "\n".join(self.read_logs()), pause=0.2)

    def trust(self) -> ssl.SSLContext:
        """A browser's trust: the routers' authority, and the cluster's."""
        context = ssl.create_default_context(cadata=self.router.ca_pem)
        context.load_verify_locations(cafile=str(self.cluster.ca_file))
        return context

    @contextlib.asynccontextmanager
    async def browser(
        self,
    ) -> AsyncIterator[tuple[visitor.Visitor, OAuthPerson]]:
        """Somebody at its address, as a visitor of a hub and as a person who fills in forms."""
        async with deployment.browse(self.trust()) as session:
            person = OAuthPerson(session, self.cluster.ca_file)
            person.trust = self.trust()
            yield visitor.Visitor(f"https://{self.host}/", session), person

    async def until_open(self, guest: visitor.Visitor) -> None:
        """Wait until a hub that restarted leads somebody to their session."""

        async def is_open() -> bool:
            with contextlib.suppress(visitor.VisitError):
                return bool(await guest.open())
            return False

        await waiting.until_so(is_open, pause=0.1)

    def remove(self) -> None:
        """Run the commands that `new-app` printed."""
        lines = [line for line in self.said if line.startswith("  oc delete ")]
        for line in lines:
            code, _, wrong = self.oc(*shlex.split(line)[1:], "-n", self.namespace)
            assert (code, wrong) == (0, []), wrong

    def list_items(self) -> list[dict[str, Any]]:
        """What has the application's label, anywhere."""
        return deployment.list_items(self.cluster, self.app)

    def list_left(self) -> list[str]:
        """The same as `kind/name`."""
        return deployment.list_left(self.cluster, self.app)

    async def until_gone(self) -> None:
        """Wait until nothing is left, sessions' projects and pods included."""
        try:
            await self.cluster.until(lambda: not self.list_left(), 60)
        except TimeoutError as error:
            raise AssertionError(f"left: {self.list_left()}") from error


def make_script(folder: Path, name: str, text: str) -> Path:
    """A program for a container that stands in for one of another project's image."""
    file = folder / name
    file.write_text(text)
    return file
