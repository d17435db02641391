/* The end of the session: said once, for notes and terminals. Loaded after terminals.js. */
(() => {
  "use strict";
  const workshop = window.workshop;
  const box = document.getElementById("ended");
  if (!box) return;
  const EVERY = 60000; // milliseconds between two questions, where no terminal would notice
  const CAUSES = {
    idle: "Nobody had typed for a long time.",
    age: "Its time was over.",
    instructor: "An instructor stopped it.",
    lost: "Its server failed, or was removed.",
  };

  /* The hub answers at this address after a reload, and may say why. */
  const note = (cause) => {
    const url = new URL(location.href);
    if (cause === null) url.searchParams.delete("ended"); else url.searchParams.set("ended", cause || "yes");
    if (url.href !== location.href) history.replaceState(null, "", url);
  };

  const tell = (cause) => {
    if (!box.hidden) return;
    box.querySelector(".cause").textContent = CAUSES[cause] ?? "";
    document.body.classList.add("has-ended");
    box.hidden = false;
    workshop.announce("");
    note(cause);
    window.dispatchEvent(new Event("workshop-session"));
    box.querySelector("a")?.focus();
  };

  const retract = () => {
    if (box.hidden) return;
    box.hidden = true;
    document.body.classList.remove("has-ended");
    note(null);
    window.dispatchEvent(new Event("workshop-session"));
  };

  /* Whether the session has ended. Our server sends no script elsewhere: where it is stopped, the hub
     answers in its place. The answer of a server that runs counts as no activity of the person. */
  const hasEnded = async () => {
    const ask = (redirect) => fetch(box.dataset.alive, {
      redirect, cache: "no-store", signal: AbortSignal.timeout(15000),
      headers: { "X-XSRFToken": document.documentElement.dataset.xsrf, Accept: "application/json" },
    });
    try {
      let answer = await ask("manual");
      if (answer.type === "opaqueredirect") answer = await ask("follow");
      return answer.status === 424 || new URL(answer.url).pathname.includes("/hub/");
    } catch { return false; }
  };

  workshop.sessionEnded = tell;
  workshop.sessionRuns = retract;
  /* Resolves to whether the session has ended; the page has said so then. */
  workshop.checkSession = async () => {
    if (!box.hidden) return true;
    const ended = await hasEnded();
    if (ended) tell("");
    return ended;
  };

  note(null);
  if (workshop.hasTerminals) return;
  const watch = () => { if (!document.hidden && box.hidden) workshop.checkSession(); };
  setInterval(watch, EVERY);
  document.addEventListener("visibilitychange", watch);
})();
