"""The login and approval pages in a real browser: what a person sees, types and presses."""

import http.server
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from pages import expect, expect_focus

pytestmark = pytest.mark.browser


class Callback(http.server.BaseHTTPRequestHandler):
    """The application that a login comes back to."""

    def do_GET(self):
        self.server.seen.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Hub</title><h1>Welcome back</h1>")

    def log_message(self, *_):
        pass


@pytest.fixture
def application():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Callback)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def start(people, helpers, application):
    """The address at which a login for the account `hub` starts."""
    redirect = f"http://127.0.0.1:{application.server_port}/hub/oauth_callback"
    annotation = {"serviceaccounts.openshift.io/oauth-redirecturi.test": redirect}
    people.request(
        "PATCH",
        "/api/v1/namespaces/workshop/serviceaccounts/hub",
        {"metadata": {"annotations": annotation}},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    scope = "user:info user:check-access role:view:workshop"
    path = helpers.authorize(helpers.ACCOUNT, redirect_uri=redirect, scope=scope)
    return people.oauth_url + path


@pytest.fixture(params=["light", "dark", "phone"])
async def page(request, browser):
    look = {"color_scheme": "dark"} if request.param == "dark" else {}
    size = (
        {"width": 360, "height": 700}
        if request.param == "phone"
        else {"width": 1024, "height": 720}
    )
    # The browser does not know the CA that the cluster made a second ago.
    context = await browser.new_context(ignore_https_errors=True, viewport=size, **look)
    made = await context.new_page()
    made.problems = []
    made.on("console", lambda message: made.problems.append(message.text))
    made.on("pageerror", lambda error: made.problems.append(str(error)))
    made.look = request.param
    yield made
    await context.close()


async def test_a_person_logs_in_and_approves(page, start, application, artifacts):
    await page.goto(start)
    assert await page.title() == "Log in - Pocket OpenShift"
    await expect_focus(page, "username")
    await page.screenshot(path=artifacts / f"login-{page.look}.png")
    await page.get_by_label("Username").fill("alice")
    await page.get_by_label("Password").fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Invalid login or password")
    await expect(page.get_by_label("Username")).to_have_value("alice")
    await expect_focus(page, "password")
    await page.screenshot(path=artifacts / f"login-wrong-{page.look}.png")
    await page.get_by_label("Password").fill("pw-alice")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Authorize access")).to_be_visible()
    await page.screenshot(path=artifacts / f"approve-{page.look}.png", full_page=True)
    await expect(page.get_by_role("checkbox")).to_have_count(3)
    await page.get_by_role("button", name="Allow selected permissions").click()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    (seen,) = [path for path in application.seen if path.startswith("/hub/")]
    said = parse_qs(urlsplit(seen).query)
    assert said["state"] == ["st4te"]
    assert said["code"][0].startswith("sha256~")
    assert not [text for text in page.problems if "401" not in text and "favicon" not in text]
    wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide


@pytest.mark.parametrize("page", ["light"], indirect=True)
async def test_a_person_denies(page, start, application):
    await page.goto(start)
    await page.get_by_label("Username").fill("alice")
    await page.get_by_label("Password").fill("pw-alice")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Deny").click()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    (seen,) = [path for path in application.seen if path.startswith("/hub/")]
    assert parse_qs(urlsplit(seen).query)["error"] == ["access_denied"]


@pytest.mark.parametrize("page", ["light"], indirect=True)
async def test_the_style_is_applied(page, people):
    await page.goto(people.oauth_url + "/login?then=%2F")
    radius = await page.evaluate("getComputedStyle(document.querySelector('main')).borderRadius")
    assert radius == "12px", "the policy lets the page's own style pass"


async def test_a_person_gets_a_token_to_paste(page, people, artifacts):
    await page.goto(people.oauth_url + "/oauth/token/request")
    await page.get_by_label("Username").fill("alice")
    await page.get_by_label("Password").fill("pw-alice")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Display token").click()
    token = await page.locator("#token").inner_text()
    await page.screenshot(path=artifacts / f"token-{page.look}.png", full_page=True)
    me = people.request("GET", "/apis/user.openshift.io/v1/users/~", token=token)
    assert me.body["metadata"]["name"] == "alice"
    wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide
