/* The terminals of the page: frames of the terminal's own page, spoken to by messages.
   Everything else goes through window.workshop, so that no other file knows the frames. */
(() => {
  "use strict";
  const root = document.documentElement;
  const section = document.getElementById("terminals");
  const frames = new Map(); // session -> {panel, frame, ready, waiting}

  const announce = (sentence) => {
    const state = document.getElementById("state");
    if (state) state.textContent = sentence;
  };

  const post = (one, data) =>
    one.frame.contentWindow.postMessage({ type: "terminal:input", data }, location.origin);

  window.addEventListener("message", (event) => {
    if (event.origin !== location.origin) return;
    const one = [...frames.values()].find((each) => each.frame.contentWindow === event.source);
    if (!one) return;
    // A terminal says `ready` each time it is connected, and `state` whenever it is not.
    if (event.data?.type === "terminal:ready") {
      settle(one, true);
      window.workshop.sessionRuns?.();
    } else if (event.data?.type === "terminal:state") {
      settle(one, false);
      if (event.data.state === "gone" && window.workshop.sessionEnded) {
        window.workshop.sessionEnded(event.data.cause);
        event.source.postMessage({ type: "terminal:told" }, location.origin);
      }
    }
  });

  const settle = (one, ready) => {
    one.ready = ready;
    one.panel.classList.toggle("ready", ready);
    if (ready) for (const item of one.waiting.splice(0)) item(true);
  };

  const whenReady = (one) => {
    if (one.ready) return Promise.resolve(true);
    return new Promise((settle) => {
      one.waiting.push(settle);
      setTimeout(() => {
        one.waiting = one.waiting.filter((item) => item !== settle);
        settle(false);
      }, window.workshop.answerWithin);
    });
  };

  const load = (one) => {
    settle(one, false);
    one.frame.src = one.frame.dataset.src;
  };

  const adopt = (panel) => {
    const frame = panel.querySelector("iframe");
    const one = { panel, frame, ready: false, waiting: [] };
    frames.set(panel.dataset.session, one);
    panel.style.flexGrow = panel.dataset.share;
    frame.addEventListener("load", () => window.workshop.listenForPaneKey?.(frame.contentWindow));
    load(one);
    return one;
  };

  const add = (session) => {
    const panel = document.createElement("div");
    panel.className = "terminal";
    panel.dataset.session = session;
    panel.dataset.share = "50";
    const label = document.createElement("p");
    label.className = "label";
    label.textContent = `Terminal ${session}`;
    const frame = document.createElement("iframe");
    frame.title = `Terminal ${session}`;
    frame.allow = "clipboard-read; clipboard-write";
    frame.dataset.src = root.dataset.terminalBase + encodeURIComponent(session);
    panel.append(label, frame);
    section.append(panel);
    section.classList.toggle("several", section.querySelectorAll(".terminal").length > 1);
    return adopt(panel);
  };

  const nextFree = () => {
    let number = 1;
    while (frames.has(String(number))) number += 1;
    return String(number);
  };

  /* Type `data` in the terminal `session` ("*" for all). Resolves to whether it was taken. */
  const send = async (session, data) => {
    if (!section) return false;
    if (document.body.classList.contains("has-ended")) {
      announce("The session has ended.");
      return false;
    }
    const chosen =
      session === "*" ? [...frames.values()] : [frames.get(session) ?? add(session)];
    if (!chosen.every((one) => one.ready)) announce("Waiting for the terminal\u2026");
    const answers = await Promise.all(chosen.map(whenReady));
    chosen.forEach((one, place) => answers[place] && post(one, data));
    if (!answers.every(Boolean)) {
      announce("The terminal does not answer: reload it from the menu.");
    }
    return answers.every(Boolean);
  };

  window.workshop = {
    answerWithin: 15000, // milliseconds for a terminal to say that it is ready
    announce,
    send,
    hasTerminals: Boolean(section),
    // Never the hub in a frame: it answers at the address of a session that has ended.
    reloadTerminals: async () => {
      for (const one of frames.values()) settle(one, false);
      if (!await window.workshop.checkSession?.()) [...frames.values()].forEach(load);
    },
    addTerminal: async () => {
      if (await window.workshop.checkSession?.()) return;
      const session = nextFree();
      if (await whenReady(add(session))) window.workshop.focusTerminal(session);
    },
    // Go to the terminal `session`, opened if it is not there.
    openTerminal: async (session) => {
      if (!section) return false;
      const ready = await whenReady(frames.get(session) ?? add(session));
      if (ready) window.workshop.focusTerminal(session);
      return ready;
    },
    // Numbers from 100 on are for windows of their own.
    openWindow: () => {
      const number = 100 + Math.floor(Math.random() * 900);
      window.open(`${root.dataset.terminalBase}${number}`, "_blank", "noopener");
    },
    focusTerminal: (session) => {
      const one = frames.get(session) ?? frames.values().next().value;
      if (!one) return;
      one.frame.focus();
      one.frame.contentWindow.postMessage({ type: "terminal:focus" }, location.origin);
    },
  };

  if (section) {
    const panels = [...section.querySelectorAll(".terminal")];
    section.classList.toggle("several", panels.length > 1);
    panels.forEach(adopt);
  }
})();
