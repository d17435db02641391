/* The page's layout: notes beside the work area, the switch between them, menus, where the keys go.
   Loaded after terminals.js. */
(() => {
  "use strict";
  const [LEAST, MOST, STEP] = [15, 85, 2];
  const workshop = window.workshop;
  const body = document.body;
  const panels = document.getElementById("panels");
  const divider = document.getElementById("divider");
  const notes = document.getElementById("notes");
  const work = document.getElementById("work");
  // As wide as notes that can be read and a terminal of 80 characters side by side.
  const narrow = window.matchMedia("(max-width: 900px)");

  // A browser may refuse to store anything; the page then forgets, and works.
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* refused */ } };
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

  const setShare = (percent) => {
    const share = Math.round(Math.min(MOST, Math.max(LEAST, percent)) * 10) / 10;
    panels.style.setProperty("--notes-share", `${share}%`);
    divider.setAttribute("aria-valuenow", String(Math.round(share)));
    divider.setAttribute("aria-valuetext", `${Math.round(share)} percent`);
    remember("workshop-notes-share", String(share));
  };
  const usual = Number(body.dataset.notesShare);

  if (divider) {
    setShare(Number(recall("workshop-notes-share")) || usual);
    divider.addEventListener("pointerdown", (event) => {
      divider.setPointerCapture(event.pointerId);
      body.classList.add("dragging");
      event.preventDefault();
    });
    divider.addEventListener("pointermove", (event) => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      const box = panels.getBoundingClientRect();
      setShare(((event.clientX - box.left) / box.width) * 100);
    });
    const stop = () => body.classList.remove("dragging");
    divider.addEventListener("lostpointercapture", stop);
    divider.addEventListener("dblclick", () => setShare(usual));
    divider.addEventListener("keydown", (event) => {
      const now = Number(divider.getAttribute("aria-valuenow"));
      const to = { ArrowLeft: now - STEP, ArrowRight: now + STEP, Home: LEAST, End: MOST, Enter: usual }[event.key];
      if (to === undefined) return;
      setShare(to);
      event.preventDefault();
    });
  }

  const buttons = [...document.querySelectorAll(".switch button")];
  const show = (what) => {
    // What is hidden cannot keep the keys.
    const hides = { notes: work, terminals: notes }[what];
    const shows = { notes, terminals: work }[what];
    const hadKeys = hides?.contains(document.activeElement);
    body.dataset.show = what;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.show === what));
    }
    if (hadKeys) shows?.focus({ preventScroll: true });
  };
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.show));
  const fit = () => show(narrow.matches ? "notes" : "both");
  narrow.addEventListener("change", fit);
  fit();
  const showing = (what) => narrow.matches ? show(what) : body.dataset.show !== "both" && show("both");

  // On a narrow page the notes are replaced by what a click has started. On a wide one, whoever has
  // clicked with a mouse wants to type there next; whoever uses the keys stays where they are, as long
  // as that is to be seen.
  workshop.revealWork = () => { if (narrow.matches) show("terminals"); };
  workshop.revealTerminal = () => { workshop.showTerminals?.(); workshop.revealWork(); };
  workshop.followMouse = (session) => { if (!narrow.matches) workshop.focusTerminal(session); };
  workshop.followKeys = (session) => { if (narrow.matches) workshop.focusTerminal(session); };
  workshop.focusWork = () => {
    if (notes && body.dataset.show !== "terminals") notes.focus({ preventScroll: true });
    else workshop.focusTerminal();
  };

  const moveToNext = (inWork) => {
    if (inWork && notes) { showing("notes"); notes.focus(); notes.classList.add("reached"); return; }
    showing("terminals");
    const frame = work?.querySelector(".framed.shown iframe");
    if (frame) frame.focus(); else workshop.focusTerminal();
  };
  // A terminal takes every key, Tab too: this is the way out of it without a mouse.
  let hasActed = false; // whether somebody has pressed a key or a button here
  workshop.listenInFrame = (view) => {
    try {
      for (const type of ["pointerdown", "keydown"]) view.addEventListener(type, () => { hasActed = true; }, true);
      view.addEventListener("keydown", (event) => {
        if (event.key !== "F6" || !event.ctrlKey) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        moveToNext(view !== window || Boolean(work?.contains(document.activeElement)));
      }, true);
    } catch { /* a page of another origin, such as a login, is in the frame */ }
  };
  workshop.listenInFrame(window);
  // Who comes by the keys sees where they are.
  notes?.addEventListener("blur", () => notes.classList.remove("reached"));

  // A page in a frame may take the focus when it comes up. Until somebody has done something, the
  // notes keep it: they are where reading begins, also for those who have them read out.
  window.addEventListener("blur", () => {
    if (!notes || hasActed || document.activeElement?.tagName !== "IFRAME") return;
    // Not at once: the browser is still moving, and both or neither would have the keys.
    setTimeout(() => { document.activeElement.blur(); window.focus(); notes.focus(); });
  });

  /* What the terminal's own menu would offer, in ours. */
  const entries = document.getElementById("terminal-entries");
  workshop.showEntries = (menu) => {
    if (!entries || !Array.isArray(menu)) return;
    entries.hidden = !menu.length;
    entries.replaceChildren(...menu.map((words) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: words });
      button.dataset.entry = words;
      item.append(button);
      return item;
    }));
  };

  /* Questions are asked in the page. One that is not here is answered no. */
  const ask = (id) => {
    const dialog = document.getElementById(id);
    document.querySelector("dialog.asks[open]")?.close();
    dialog?.showModal();
    return Boolean(dialog);
  };
  for (const link of document.querySelectorAll("#finish .words a")) link.target = "_blank";
  workshop.finish = () => ask("finish");
  workshop.leave = () => ask("leave");
  document.addEventListener("click", (event) => {
    // Beside the dialog, or on the way to another page.
    if (event.target.matches("dialog.asks") || event.target.closest("dialog.asks a")) document.querySelector("dialog.asks[open]")?.close();
  });

  workshop.doing = {
    finish: () => workshop.finish(),
    leave: () => workshop.leave(),
    stay: () => document.querySelector("dialog.asks[open]")?.close(),
    reload: () => workshop.reloadTerminals(),
    add: () => { workshop.showTerminals?.(); showing("terminals"); workshop.addTerminal(); },
    window: () => workshop.openWindow(),
    reset: () => { setShare(usual); workshop.forgetLayout(); location.reload(); },
    extend: () => workshop.extendSession(),
    unsay: () => workshop.closeAnnouncement(),
    unhint: () => workshop.closeHint(),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) workshop.doing[button.dataset.do]?.();
    const entry = event.target.closest("[data-entry]");
    // Where the page has a tab of its own for that, no other page is opened.
    if (entry && !(entry.dataset.entry === "Files" && workshop.openTab?.("Files"))) workshop.chooseEntry(entry.dataset.entry);
  });
  for (const link of document.querySelectorAll(".skip")) {
    link.addEventListener("click", () => showing(link.getAttribute("href").slice(1)));
  }
  // Without notes the work is in the terminal.
  if (!notes && work) {
    const begin = () => { if (!hasActed) workshop.focusTerminal(); };
    workshop.sessionBegins = begin;
  }
})();
