"""Codes, exchanges, revocations in any order.

A token comes from a right exchange, and from nothing else. Real requests, a model that says what
must come of each.
"""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    rule,
    run_state_machine_as_test,
)

from pocket_openshift.oauth.rules import token_rules, tokens

ME = "/apis/user.openshift.io/v1/users/~"
OTHER = "http://127.0.0.1:8000/hub/oauth_callback/other"
VERIFIER = "v" * 43
SECRETS = {"console": "s3cret", "second": "other-secret"}


@dataclass
class Code:
    """A code that was given out, as the model knows it."""

    value: str
    client: str
    challenged: bool
    good: bool = True


class Machine(RuleBasedStateMachine):
    """`people`, `helpers` and `visitor` are set by the test."""

    given = 0
    codes, held = Bundle("codes"), Bundle("held")

    @initialize(target=held)
    def begin_well(self):
        """One right exchange, whatever else chance brings."""
        code = self.ask("console", challenged=True)
        return self.exchange(code, "console", known=True, registered=True, verifier=VERIFIER)

    @rule(target=codes, client=st.sampled_from(sorted(SECRETS)), challenged=st.booleans())
    def ask(self, client, challenged):
        more = {}
        if challenged:
            more["code_challenge"] = token_rules.transform(VERIFIER, "S256")
            more["code_challenge_method"] = "S256"
        path = self.helpers.authorize(client, scope="user:info", **more)
        return Code(self.visitor.get(path, **self.helpers.basic()).said["code"], client, challenged)

    @rule(
        target=held,
        code=codes,
        client=st.sampled_from(sorted(SECRETS)),
        known=st.booleans(),
        registered=st.booleans(),
        verifier=st.sampled_from([VERIFIER, "w" * 43, ""]),
    )
    def exchange(self, code, client, known, registered, verifier):
        redirect = self.helpers.HUB if registered else OTHER
        form = {
            "grant_type": "authorization_code",
            "code": code.value,
            "redirect_uri": redirect,
            "client_id": client,
            "client_secret": SECRETS[client] if known else "guess",
            "code_verifier": verifier,
        }
        answer = self.visitor.post("/oauth/token", form)
        right = (
            code.good
            and client == code.client
            and known
            and registered
            and (not code.challenged or verifier == VERIFIER)
        )
        assert answer.status == (200 if right else 400), answer.text
        if not right:
            return None
        code.good = False
        type(self).given += 1
        return answer.json["access_token"]

    @rule(code=codes)
    def wait_until_a_code_ends(self, code):
        def age():
            kept = self.people.plane.store.find(
                tokens.AUTHORIZE_TOKENS, "", tokens.name_of(code.value)
            )
            if kept is not None:
                kept["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"

        self.people.run(age)
        code.good = False

    @rule(token=held)
    def use(self, token):
        if token is not None:
            assert self.people.request("GET", ME, token=token).status == 200

    @rule(token=consumes(held))
    def revoke(self, token):
        if token is None:
            return
        path = f"/apis/oauth.openshift.io/v1/oauthaccesstokens/{tokens.name_of(token)}"
        assert self.people.request("DELETE", path).status == 200
        self.people.forget_tokens()
        assert self.people.request("GET", ME, token=token).status == 401


@pytest.mark.stateful
def test_a_token_comes_of_a_right_exchange_and_of_nothing_else(people, helpers):
    people.apply(
        {
            "apiVersion": "oauth.openshift.io/v1",
            "kind": "OAuthClient",
            "metadata": {"name": "second"},
            "secret": SECRETS["second"],
            "grantMethod": "auto",
            "redirectURIs": [helpers.HUB],
        }
    )
    Machine.people, Machine.helpers = people, helpers
    Machine.visitor = helpers.Visitor(people)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Machine.given > 0
