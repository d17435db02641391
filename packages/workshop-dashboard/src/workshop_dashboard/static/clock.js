/* How long the session lasts, a warning near its end with a button that extends it, and what the
   instructor announces or tells this session alone, in the page's bar. The terminal's server decides what is shown (its page
   `terminal/clock`); to ask is no activity. Loaded after ended.js. */
(() => {
  "use strict";
  const workshop = window.workshop;
  const root = document.documentElement;
  const [clock, warning, said, hint, spoken] = ["clock", "warning", "said", "hint", "spoken"].map((id) => document.getElementById(id));
  const [time, sentence, why] = [clock.querySelector(".time"), warning.querySelector(".sentence"), warning.querySelector(".why")];
  const [extend, words, hintWords] = [warning.querySelector("button"), said.querySelector(".words"), hint.querySelector(".words")];
  const [LEAST_PAUSE, AFTER_TROUBLE, CONFIRMED] = [60, 120, 8000]; // seconds, seconds, milliseconds
  const NO_ACTIVITY = 300; // the status of an answer that the proxy does not count as activity
  // The terminal alone in a window keeps it there too.
  const SEEN = "jupyterhub-butterfly:announcement";
  const SEEN_HINT = "jupyterhub-butterfly:hint";

  let view = null;
  let timer = null;
  let asked = -Infinity;
  let confirmed = "";
  const closed = {};
  const hasEnded = () => document.body.classList.contains("has-ended");

  const wasClosed = (where, key) => {
    try { if (localStorage.getItem(where) === key) return true; } catch { /* refused */ }
    return closed[where] === key;
  };
  const close = (where, key) => {
    closed[where] = key;
    try { localStorage.setItem(where, key); } catch { /* refused */ }
    draw();
    workshop.focusWork?.();
  };
  const saidKey = () => `${view.said_at} ${view.said}`;
  const hintKey = () => `${root.dataset.prefix} ${view.hint_at}`; // of this session of the browser's
  const set = (node, text) => { if (node.textContent !== text) node.textContent = text; };

  /* Read out: that the end is near, that it is very near, and what a person has asked for; not each minute. */
  let spokenFor = "", spokenHint = "";
  const speak = () => {
    if (confirmed) set(spoken, confirmed);
    else if (!hint.hidden && spokenHint !== view.hint_at) {
      spokenHint = view.hint_at;
      set(spoken, `A hint for you: ${view.hint}`);
    }
    else if (!view.warning) { spokenFor = ""; set(spoken, ""); }
    else {
      const stage = /less than a minute|ending now| 1 minute/.test(view.sentence) ? "last" : "near";
      if (spokenFor !== stage) set(spoken, [view.sentence, view.why_not].filter(Boolean).join(" "));
      spokenFor = stage;
    }
  };

  const draw = () => {
    if (!view) return;
    const runs = !hasEnded();
    set(time, view.short);
    clock.title = view.sentence;
    clock.hidden = !runs || !view.short;
    clock.classList.toggle("soon", view.warning);
    set(sentence, confirmed || view.sentence);
    set(why, confirmed ? "" : view.why_not);
    extend.hidden = !view.extend || Boolean(confirmed);
    warning.hidden = !runs || !(view.warning || confirmed);
    set(words, view.said);
    said.hidden = !runs || !view.said || wasClosed(SEEN, saidKey());
    set(hintWords, view.hint || "");
    hint.hidden = !runs || !view.hint || wasClosed(SEEN_HINT, hintKey());
    if (runs) speak();
    else set(spoken, ""); // what it said is over
  };

  const later = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(seconds, LEAST_PAUSE) * 1000);
  };
  const request = (path, options) => fetch(`${root.dataset.prefix}${path}`, {
    headers: { "X-XSRFToken": root.dataset.xsrf, Accept: "application/json" },
    redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(15000), ...options,
  });

  async function ask() {
    if (document.hidden || hasEnded()) return; // asked when it is looked at, or runs, again
    asked = Date.now();
    try {
      const answer = await request("terminal/clock");
      if (answer.status !== NO_ACTIVITY) { later(AFTER_TROUBLE); return; }
      view = await answer.json();
      draw();
      later(view.next);
    } catch { later(AFTER_TROUBLE); }
  }

  const confirm = (extended) => {
    view = extended;
    confirmed = `Extended. ${view.sentence}`;
    draw();
    later(view.next);
    setTimeout(() => { confirmed = ""; draw(); }, CONFIRMED);
  };
  workshop.extendSession = async () => {
    extend.disabled = true;
    try {
      const answer = await request("terminal/clock/extend", { method: "POST" });
      const body = await answer.json();
      if (answer.ok) confirm(body);
      else { set(why, body.message); set(spoken, body.message); }
    } catch { set(why, "The server did not answer. Try again in a moment."); }
    extend.disabled = false;
    workshop.focusWork?.();
  };
  workshop.closeAnnouncement = () => close(SEEN, saidKey());
  workshop.closeHint = () => close(SEEN_HINT, hintKey());

  window.addEventListener("workshop-hint", ask);
  window.addEventListener("workshop-session", () => { draw(); if (!hasEnded()) ask(); });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - asked >= LEAST_PAUSE * 1000) ask();
  });
  ask();
})();
