// Asks to join a session, and shows what the session shows. Its page is in a frame without an origin:
// what runs there reads nothing of the hub, and acts for nobody.
"use strict";

(() => {
  const { prefix, xsrf, user, server } = document.body.dataset;
  const SECONDS = 20; // for a page to load
  const $ = (id) => document.getElementById(id);
  let timer = 0;

  function trouble(text) {
    $("trouble").textContent = text;
    $("trouble").hidden = !text;
  }

  async function ask() {
    $("again").disabled = true;
    trouble("");
    clearTimeout(timer);
    $("place").replaceChildren();
    try {
      const answer = await fetch(`${prefix}api/session/join`, {
        method: "POST",
        headers: { "X-XSRFToken": xsrf, "Content-Type": "application/json" },
        body: JSON.stringify({ user, server }),
      });
      const model = await answer.json();
      if (answer.ok) show(model);
      else trouble(model.message);
    } catch {
      trouble("The service did not answer. Try again in a moment.");
    }
    $("again").disabled = false;
  }

  function show({ url, secret }) {
    const frame = document.createElement("iframe");
    frame.title = `Terminals of ${user}`;
    frame.setAttribute("sandbox", "allow-scripts");
    frame.referrerPolicy = "no-referrer";
    frame.src = `${url}terminal/join#${secret}`; // a fragment: in no log
    $("place").append(frame);
    timer = setTimeout(() => trouble(
      "This session's program did not answer. Only the workshop's own terminal can be joined.",
    ), SECONDS * 1000);
    addEventListener("message", (event) => {
      if (event.source !== frame.contentWindow || event.data?.type !== "join:loaded") return;
      clearTimeout(timer);
      trouble("");
    });
  }

  $("again").addEventListener("click", ask);
  ask();
})();
