// How long the session still lasts, a warning before it ends with a button to extend it, and what the
// instructor announces, and tells this session alone. The server decides what is shown (countdown.py); loaded after page.js.

"use strict";

(function () {
  const { config, element, bare } = window.terminalPage;
  if (!config.clock || bare) return;

  const LEAST_PAUSE = 60;
  const AFTER_TROUBLE = 120;
  const CONFIRMED = 8000;
  const NO_ACTIVITY = 300; // the status of an answer that the proxy does not count as activity
  const SEEN = "jupyterhub-butterfly:announcement";
  const SEEN_HINT = "jupyterhub-butterfly:hint";

  const time = element("span", { id: "terminal-clock-time", role: "status", "aria-live": "polite" });
  const why = element("span", { id: "terminal-clock-why", role: "status", "aria-live": "polite" });
  const extend = element("button", { type: "button" }, "Extend");
  const clock = element("div", { id: "terminal-clock" }, time, why, extend);
  const words = element("span", { role: "status", "aria-live": "polite" });
  const close = element("button", { type: "button", "aria-label": "Close the announcement" }, "\u00d7");
  const said = element("div", { id: "terminal-said" }, words, close);
  const hintWords = element("span", { role: "status", "aria-live": "polite" });
  const closeHint = element("button", { type: "button", "aria-label": "Close the hint" }, "\u00d7");
  const hint = element("div", { id: "terminal-hint" }, element("strong", {}, "For you: "), hintWords, closeHint);
  const box = element("div", { id: "terminal-clock-box", class: "empty" }, clock, hint, said);
  document.body.append(box);

  let view = null;
  let timer = null;
  let asked = -Infinity;
  let confirmed = null;
  let over = false; // the session has ended: there is nothing to extend, and nobody to ask

  function remember(where, node, key) {
    try {
      localStorage.setItem(where, key);
    } catch (error) {
      console.debug("not kept", error);
    }
    node.dataset.closed = key;
  }

  function wasClosed(where, node, key) {
    try {
      if (localStorage.getItem(where) === key) return true;
    } catch (error) {
      console.debug("not kept", error);
    }
    return node.dataset.closed === key;
  }

  // Of one browser's sessions, and of what they are told.
  function hintKey() {
    return config.prefix + " " + view.hint_at;
  }

  // Of several terminals in one page the first that is seen shows it.
  function isFirst() {
    if (window.parent === window) return true;
    try {
      const frames = [...window.parent.document.querySelectorAll("iframe")];
      const seen = frames.filter((frame) => frame.getClientRects().length && isTerminal(frame));
      return !seen.length || seen[0].contentWindow === window;
    } catch (error) {
      return true; // a page of another origin around us
    }
  }

  function isTerminal(frame) {
    try {
      return frame.contentWindow.location.pathname.startsWith(config.prefix + "terminal/session/");
    } catch (error) {
      return false;
    }
  }

  // A live region is read out when its text changes: not for each minute of a calm clock.
  function tell(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function draw() {
    if (!view) return;
    const key = view.said_at + " " + view.said;
    const loud = view.warning || confirmed !== null;
    time.setAttribute("aria-live", loud ? "polite" : "off");
    tell(time, confirmed !== null ? confirmed : view.warning ? view.sentence : view.short);
    time.title = loud ? "" : view.sentence;
    tell(why, view.why_not);
    extend.hidden = !view.extend || confirmed !== null;
    clock.hidden = !time.textContent;
    clock.className = loud ? "loud" : "calm";
    tell(words, view.said);
    said.hidden = !view.said || wasClosed(SEEN, words, key);
    tell(hintWords, view.hint || "");
    hint.hidden = !view.hint || wasClosed(SEEN_HINT, hintWords, hintKey());
    box.className = isFirst() && !over ? "" : "empty";
  }

  function later(seconds) {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(seconds, LEAST_PAUSE) * 1000);
  }

  async function request(path, options) {
    const headers = { "X-XSRFToken": config.xsrf, Accept: "application/json" };
    const all = { headers: headers, redirect: "manual", cache: "no-store", ...options };
    return fetch(config.prefix + path, all);
  }

  async function ask() {
    if (document.hidden || over) return; // asked when it is looked at again
    asked = Date.now();
    try {
      const answer = await request("terminal/clock");
      if (answer.status !== NO_ACTIVITY) return later(AFTER_TROUBLE);
      view = await answer.json();
      draw();
      later(view.next);
    } catch (error) {
      later(AFTER_TROUBLE);
    }
  }

  async function extendNow() {
    extend.disabled = true;
    try {
      const answer = await request("terminal/clock/extend", { method: "POST" });
      const body = await answer.json();
      if (answer.ok) confirm(body);
      else tell(why, body.message);
    } catch (error) {
      tell(why, "The server did not answer. Try again in a moment.");
    }
    extend.disabled = false;
    window.terminalPage.screen.focus();
  }

  function confirm(extended) {
    view = extended;
    confirmed = "Extended. " + view.sentence;
    draw();
    later(view.next);
    setTimeout(() => {
      confirmed = null;
      draw();
    }, CONFIRMED);
  }

  extend.addEventListener("click", extendNow);
  close.addEventListener("click", () => {
    remember(SEEN, words, view.said_at + " " + view.said);
    draw();
    window.terminalPage.screen.focus();
  });
  closeHint.addEventListener("click", () => {
    remember(SEEN_HINT, hintWords, hintKey());
    draw();
    window.terminalPage.screen.focus();
  });
  // Keys for our buttons are none for the shell.
  for (const type of ["keydown", "keypress", "keyup"])
    box.addEventListener(type, (event) => event.stopPropagation());
  addEventListener("resize", draw);
  addEventListener("terminal-state", (event) => {
    const before = over;
    if (["gone", "logged-out"].includes(event.detail)) over = true;
    else if (event.detail === "open") over = false;
    if (over === before) return;
    clearTimeout(timer);
    draw();
    if (!over) ask();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - asked >= LEAST_PAUSE * 1000) ask();
  });
  ask();
})();
