/* The terminals of the page: frames of the terminal's own page, spoken to by messages, one above the
   other with bars between them. Everything else goes through window.workshop, so that no other file
   knows the frames. Loaded first. */
(() => {
  "use strict";
  const root = document.documentElement;
  const section = document.getElementById("terminals");
  const frames = new Map(); // session -> {panel, frame, ready, waiting, state, menu}
  const MOST = 9; // terminals at once
  const [LEAST_SHARE, STEP] = [15, 5]; // percent of what two terminals have together
  const [SAID, EACH_LETTER, MOST_SAID] = [2500, 80, 8000]; // milliseconds that a sentence stays

  let silence = null;
  const announce = (sentence) => {
    const state = document.getElementById("state");
    if (!state) return;
    state.textContent = sentence;
    clearTimeout(silence);
    silence = setTimeout(() => { state.textContent = ""; }, Math.min(MOST_SAID, SAID + EACH_LETTER * sentence.length));
  };

  /* What this browser keeps of the last workshops' layouts; a browser may refuse to store anything. */
  const [LAYOUTS, MOST_LAYOUTS] = ["workshop-layouts", 20];
  const layoutKey = `${root.dataset.base} ${root.dataset.workshop}`;
  const readLayouts = () => { try { return JSON.parse(localStorage.getItem(LAYOUTS) ?? "[]"); } catch { return []; } };
  const layout = Object.assign({}, Object.fromEntries(readLayouts())[layoutKey]);
  const keepLayout = (part) => {
    Object.assign(layout, part);
    const others = readLayouts().filter(([key]) => key !== layoutKey);
    try { localStorage.setItem(LAYOUTS, JSON.stringify([...others, [layoutKey, layout]].slice(-MOST_LAYOUTS))); } catch { /* refused */ }
  };
  const forgetLayout = () => {
    for (const key of Object.keys(layout)) delete layout[key];
    keepLayout({});
  };

  const post = (one, message) => one.frame.contentWindow.postMessage(message, location.origin);

  window.addEventListener("message", (event) => {
    if (event.origin !== location.origin) return;
    const one = [...frames.values()].find((each) => each.frame.contentWindow === event.source);
    if (!one) return;
    // A terminal says `ready` each time it is connected, and `state` whenever it is not.
    if (event.data?.type === "terminal:ready") {
      settle(one, true);
      one.state = "open";
      one.menu = event.data.menu ?? [];
      window.workshop.showEntries?.(one.menu);
      window.workshop.sessionBegins?.();
      window.workshop.sessionRuns?.();
    } else if (event.data?.type === "terminal:state") {
      settle(one, false);
      one.state = event.data.state;
      if (event.data.state === "gone" && window.workshop.sessionEnded) {
        window.workshop.sessionEnded(event.data.cause);
        post(one, { type: "terminal:told" });
      }
    }
    showConnection();
  });

  /* How the connection is: said for all terminals at once, and not for a moment's pause. */
  const LOST = { connecting: "Reconnecting\u2026", waiting: "Reconnecting\u2026", stopped: "The connection is lost.", "logged-out": "You are logged out." };
  let pause = null;
  const showConnection = () => {
    const words = [...frames.values()].filter((one) => one.wasReady).map((one) => LOST[one.state]).find(Boolean) ?? "";
    const box = document.getElementById("connection");
    clearTimeout(pause);
    if (box.textContent === words) return;
    if (!words || box.textContent) box.textContent = words;
    else pause = setTimeout(() => { box.textContent = words; }, 700);
  };

  const settle = (one, ready) => {
    one.ready = ready;
    one.wasReady ||= ready;
    one.panel.classList.toggle("ready", ready);
    if (ready) for (const item of one.waiting.splice(0)) item(true);
  };

  const whenReady = (one) => {
    if (one.ready) return Promise.resolve(true);
    return new Promise((done) => {
      one.waiting.push(done);
      setTimeout(() => {
        one.waiting = one.waiting.filter((item) => item !== done);
        done(false);
      }, window.workshop.answerWithin);
    });
  };

  const load = (one) => {
    settle(one, false);
    one.wasReady = false;
    // Menu, clock and connection are in our own bar.
    one.frame.src = `${one.frame.dataset.src}?bare=1`;
  };

  const adopt = (panel) => {
    const frame = panel.querySelector("iframe");
    const session = panel.dataset.session;
    const one = { panel, frame, ready: false, wasReady: false, waiting: [], state: "", menu: [] };
    frames.set(session, one);
    panel.id = `terminal-${session}`;
    panel.style.flexGrow = panel.dataset.share;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "close";
    close.title = "Close; its shell goes on";
    close.setAttribute("aria-label", `Close terminal ${session}`);
    close.textContent = "\u00d7";
    close.addEventListener("click", () => remove(session));
    panel.querySelector(".label").append(close);
    frame.addEventListener("load", () => window.workshop.listenInFrame?.(frame.contentWindow));
    load(one);
    return one;
  };

  const makePanel = (session, share) => {
    const panel = document.createElement("div");
    panel.className = "terminal";
    panel.dataset.session = session;
    panel.dataset.share = String(share);
    const label = document.createElement("p");
    label.className = "label";
    const name = document.createElement("span");
    name.textContent = `Terminal ${session}`;
    label.append(name);
    const frame = document.createElement("iframe");
    frame.title = `Terminal ${session}`;
    frame.allow = "clipboard-read; clipboard-write";
    frame.dataset.src = root.dataset.terminalBase + encodeURIComponent(session);
    panel.append(label, frame);
    section.append(panel);
    return panel;
  };

  const add = (session) => {
    const shares = [...frames.values()].map((one) => Number(one.panel.style.flexGrow));
    const usual = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const one = adopt(makePanel(session, usual || 50));
    arrange();
    keep();
    return one;
  };

  const remove = (session) => {
    const one = frames.get(session);
    if (!one || frames.size < 2) return;
    const names = [...frames.keys()];
    const place = names.indexOf(session);
    frames.delete(session);
    for (const item of one.waiting.splice(0)) item(false);
    one.panel.remove();
    arrange();
    keep();
    announce(`Closed terminal ${session}.`);
    window.workshop.focusTerminal(names[place ? place - 1 : 1]);
  };

  const keep = () => keepLayout({ terminals: [...frames].map(([name, one]) => [name, Number(one.panel.style.flexGrow)]) });

  /* The bars between terminals: each moves the border of the two beside it. */
  const shareOf = (above, below) => {
    const [one, two] = [above, below].map((panel) => Number(panel.style.flexGrow));
    return (one / (one + two)) * 100;
  };
  const setShare = (bar, above, below, percent) => {
    const share = Math.min(100 - LEAST_SHARE, Math.max(LEAST_SHARE, percent));
    const both = Number(above.style.flexGrow) + Number(below.style.flexGrow);
    above.style.flexGrow = String((both * share) / 100);
    below.style.flexGrow = String((both * (100 - share)) / 100);
    bar.setAttribute("aria-valuenow", String(Math.round(share)));
  };
  const makeBar = (above, below) => {
    const bar = document.createElement("div");
    bar.className = "split";
    bar.tabIndex = 0;
    const words = {
      role: "separator", "aria-orientation": "horizontal", "aria-controls": above.id,
      "aria-label": `Height of terminal ${above.dataset.session}`,
      "aria-valuemin": LEAST_SHARE, "aria-valuemax": 100 - LEAST_SHARE,
      "aria-valuenow": Math.round(shareOf(above, below)),
    };
    for (const [name, value] of Object.entries(words)) bar.setAttribute(name, String(value));
    bar.addEventListener("pointerdown", (event) => {
      bar.setPointerCapture(event.pointerId);
      document.body.classList.add("dragging", "up-and-down");
      event.preventDefault();
    });
    bar.addEventListener("pointermove", (event) => {
      if (!bar.hasPointerCapture(event.pointerId)) return;
      const [top, bottom] = [above.getBoundingClientRect().top, below.getBoundingClientRect().bottom];
      setShare(bar, above, below, ((event.clientY - top) / (bottom - top)) * 100);
    });
    bar.addEventListener("lostpointercapture", () => {
      document.body.classList.remove("dragging", "up-and-down");
      keep();
    });
    bar.addEventListener("keydown", (event) => {
      const now = Number(bar.getAttribute("aria-valuenow"));
      const to = { ArrowUp: now - STEP, ArrowDown: now + STEP, Home: LEAST_SHARE, End: 100 - LEAST_SHARE, Enter: 50 }[event.key];
      if (to === undefined) return;
      setShare(bar, above, below, to);
      keep();
      event.preventDefault();
    });
    return bar;
  };
  const arrange = () => {
    for (const bar of section.querySelectorAll(".split")) bar.remove();
    const panels = [...section.querySelectorAll(".terminal")];
    section.classList.toggle("several", panels.length > 1);
    panels.slice(1).forEach((below, place) => below.before(makeBar(panels[place], below)));
  };

  const nextFree = () => {
    let number = 1;
    while (frames.has(String(number))) number += 1;
    return String(number);
  };
  const isFull = () => {
    if (frames.size >= MOST) announce("There are many terminals here: close one first.");
    return frames.size >= MOST;
  };
  const find = (session) => frames.get(session) ?? (isFull() ? null : add(session));

  /* Type `data` in the terminal `session` ("*" for all). Resolves to whether it was taken. */
  const send = async (session, data) => {
    if (!section) return false;
    if (document.body.classList.contains("has-ended")) {
      announce("The session has ended.");
      return false;
    }
    const chosen = session === "*" ? [...frames.values()] : [find(session)].filter(Boolean);
    if (!chosen.length) return false;
    if (!chosen.every((one) => one.ready)) announce("Waiting for the terminal\u2026");
    const answers = await Promise.all(chosen.map(whenReady));
    chosen.forEach((one, place) => answers[place] && post(one, { type: "terminal:input", data }));
    if (!answers.every(Boolean)) {
      announce("The terminal does not answer: reload it from the menu.");
    }
    return answers.every(Boolean);
  };

  const lastUsed = () => [...frames.values()].find((one) => one.frame === document.activeElement) ?? frames.values().next().value;

  window.workshop = {
    answerWithin: 15000, // milliseconds for a terminal to say that it is ready
    announce,
    layout,
    keepLayout,
    forgetLayout,
    send,
    hasTerminals: Boolean(section),
    // Never the hub in a frame: it answers at the address of a session that has ended.
    reloadTerminals: async () => {
      for (const one of frames.values()) settle(one, false);
      if (!await window.workshop.checkSession?.()) [...frames.values()].forEach(load);
    },
    addTerminal: async () => {
      if (isFull() || await window.workshop.checkSession?.()) return;
      const session = nextFree();
      if (await whenReady(add(session))) window.workshop.focusTerminal(session);
    },
    // Go to the terminal `session`, opened if it is not there.
    openTerminal: async (session) => {
      const one = section && find(session);
      const ready = Boolean(one) && await whenReady(one);
      if (ready) window.workshop.focusTerminal(session);
      return ready;
    },
    // Numbers from 100 on are for windows of their own.
    openWindow: () => {
      const number = 100 + Math.floor(Math.random() * 900);
      window.open(`${root.dataset.terminalBase}${number}`, "_blank", "noopener");
    },
    focusTerminal: (session) => {
      const one = frames.get(session) ?? lastUsed();
      if (!one) return;
      one.frame.focus();
      post(one, { type: "terminal:focus" });
    },
    // What a terminal's own menu offers: carried out by the one that was used last.
    chooseEntry: (entry) => { const one = lastUsed(); if (one) post(one, { type: "terminal:menu", entry }); },
  };

  if (section) {
    const kept = new Map(Array.isArray(layout.terminals) ? layout.terminals : []);
    const panels = new Map([...section.querySelectorAll(".terminal")].map((panel) => [panel.dataset.session, panel]));
    for (const [session, share] of [...kept].slice(0, MOST)) {
      if (!panels.has(session)) panels.set(session, makePanel(session, share));
      if (Number(share) > 0) panels.get(session).dataset.share = String(share);
    }
    for (const [session, panel] of panels) {
      if (kept.size && !kept.has(session)) panel.remove(); else adopt(panel);
    }
    arrange();
  }
})();
