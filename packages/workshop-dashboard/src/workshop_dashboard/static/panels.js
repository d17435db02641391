/* The page's layout: the divider, the switch between notes and terminal, the menus. */
(() => {
  "use strict";
  const [LEAST, MOST, STEP] = [15, 85, 2];
  const body = document.body;
  const panels = document.getElementById("panels");
  const divider = document.getElementById("divider");
  const notes = document.getElementById("notes");
  const narrow = window.matchMedia("(max-width: 760px)");

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
    body.dataset.show = what;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.show === what));
    }
  };
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.show));
  const fit = () => show(narrow.matches ? "notes" : "both");
  narrow.addEventListener("change", fit);
  fit();

  // On a narrow page the notes are replaced by what a click has started. On a wide one, whoever has
  // clicked with a mouse wants to type there next; whoever uses the keys stays where they are.
  window.workshop.revealTerminal = () => { if (narrow.matches) show("terminals"); };
  window.workshop.followMouse = (session) => { if (!narrow.matches) window.workshop.focusTerminal(session); };

  const showing = (what) => narrow.matches ? show(what) : body.dataset.show !== "both" && show("both");
  const moveToNext = (inTerminal) => {
    if (inTerminal && notes) { showing("notes"); notes.focus(); notes.classList.add("reached"); }
    else { showing("terminals"); window.workshop.focusTerminal(); }
  };
  // A terminal takes every key, Tab too: this is the way out of it without a mouse.
  window.workshop.listenForPaneKey = (view) => {
    try {
      view.addEventListener("keydown", (event) => {
        if (event.key !== "F6" || !event.ctrlKey) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        moveToNext(view !== window);
      }, true);
    } catch { /* a page of another origin, such as a login, is in the frame */ }
  };
  window.workshop.listenForPaneKey(window);
  // Who comes by the keys sees where they are.
  notes?.addEventListener("blur", () => notes.classList.remove("reached"));

  // A terminal takes the focus when it comes up. Until somebody has done something, the notes keep
  // it: they are where reading begins, also for those who have them read out.
  window.addEventListener("blur", () => {
    const inFrame = document.activeElement?.tagName === "IFRAME";
    if (!notes || !inFrame || navigator.userActivation?.hasBeenActive) return;
    // Not at once: the browser is still moving, and both or neither would have the keys.
    setTimeout(() => { document.activeElement.blur(); window.focus(); notes.focus(); });
  });

  const doing = {
    reload: () => window.workshop.reloadTerminals(),
    add: () => { showing("terminals"); window.workshop.addTerminal(); },
    window: () => window.workshop.openWindow(),
    reset: () => setShare(usual),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) doing[button.dataset.do]();
  });
  for (const link of document.querySelectorAll(".skip")) {
    link.addEventListener("click", () => showing(link.getAttribute("href").slice(1)));
  }
})();
