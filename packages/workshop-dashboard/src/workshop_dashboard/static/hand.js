/* The raised hand: asked for in a dialog, lowered with a click, or by the instructor meanwhile.
   Loaded after terminals.js. Where no service shows raised hands the button stays hidden. */
(() => {
  "use strict";
  const button = document.getElementById("hand");
  if (!button) return;
  const EVERY = 10000; // milliseconds between two questions whether it is still raised
  const UNSENT = "It could not be sent. Try again in a moment.";
  const [dialog, text, problem, send] = ["hand-ask", "hand-text", "hand-problem", "hand-send"]
    .map((id) => document.getElementById(id));
  const words = button.querySelector(".what");
  const say = (sentence) => window.workshop.announce(sentence);
  let raised = false;
  let timer = 0;
  let hint;

  const ask = async (method, body) => {
    const answer = await fetch(button.dataset.hand, {
      method, cache: "no-store", signal: AbortSignal.timeout(20000),
      headers: { "X-XSRFToken": document.documentElement.dataset.xsrf, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    const model = isJson ? await answer.json() : {};
    // The hub's proxy takes an answer of 300 for no activity of the person.
    if (!answer.ok && answer.status !== 300) throw new Error(model.message || UNSENT);
    return model;
  };

  const draw = (view) => {
    // Who waits for help asks more often than the clock does, and sees the hint sooner.
    if (view.hint && hint !== undefined && hint !== view.hint) window.dispatchEvent(new Event("workshop-hint"));
    if (view.known) hint = view.hint;
    button.hidden = !view.available;
    raised = view.raised;
    button.setAttribute("aria-pressed", String(raised));
    words.textContent = raised ? "Hand raised" : "Raise hand";
    button.title = raised ? `Lower your hand${view.text && `: ${view.text}`}` : "Ask the instructor for help";
    later();
  };

  /* It is asked for while it is raised only, and while somebody looks. */
  const later = () => {
    clearTimeout(timer);
    if (raised && !document.body.classList.contains("has-ended")) timer = setTimeout(look, EVERY);
  };

  const look = async () => {
    if (document.hidden) return; // asked when it is looked at again
    try {
      const before = raised;
      const view = await ask("GET");
      draw(view);
      if (before && view.known && !view.raised) say("The instructor has lowered your hand.");
    } catch { later(); }
  };

  const raise = async (event) => {
    event.preventDefault();
    send.disabled = true;
    problem.hidden = true;
    try {
      draw(await ask("POST", { text: text.value }));
      dialog.close();
      text.value = "";
      say("Your hand is raised. The instructor sees it.");
    } catch (error) {
      problem.textContent = error.name === "Error" ? error.message : UNSENT;
      problem.hidden = false;
    } finally { send.disabled = false; }
  };

  const lower = async () => {
    button.disabled = true;
    try {
      draw(await ask("DELETE"));
      say("Your hand is lowered.");
    } catch (error) { say(error.name === "Error" ? error.message : UNSENT); }
    button.disabled = false;
    button.focus();
  };

  button.addEventListener("click", () => {
    if (raised) return lower();
    problem.hidden = true;
    return dialog.showModal();
  });
  document.getElementById("hand-cancel").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", raise);
  // A terminal takes the focus when it comes up; who writes here goes on writing here.
  window.addEventListener("blur", () => {
    if (!dialog.open || document.activeElement?.tagName !== "IFRAME") return;
    setTimeout(() => { document.activeElement.blur(); window.focus(); text.focus(); });
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && raised) look(); });
  look();
})();
