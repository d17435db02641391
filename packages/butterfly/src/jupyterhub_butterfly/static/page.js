// What both terminal pages share: their configuration, what they tell a person about the connection,
// and text typed by the page around them (click to run). Loaded after link.js and themes.js.

"use strict";

(function () {
  const config = JSON.parse(document.body.dataset.terminal);
  const store = (function () {
    try {
      return window.localStorage;
    } catch (error) {
      return { getItem: () => null, setItem: () => {} };
    }
  })();

  // The page around us may type, if it is a page of this very server.
  function framedByOwnPage() {
    if (window.parent === window) return false;
    try {
      return window.parent.location.pathname.startsWith(config.prefix);
    } catch (error) {
      return false; // another origin
    }
  }

  // Such a page may have a menu, a clock and words about the connection itself: `?bare=1` leaves ours out.
  const bare = framedByOwnPage() && new URLSearchParams(location.search).has("bare");
  document.documentElement.classList.toggle("bare", bare);

  // It says by `terminal:focus` when the keys are to be ours; we do not take them from it.
  let isAsked = false;
  function mayFocus() {
    return !bare || isAsked || document.hasFocus();
  }

  // A login, or the hub, is a page of its own: never loaded into the frame that we may be in.
  const CARDS = {
    ended: ["The shell has ended.", "Start a new shell", (link) => link.restart()],
    "logged-out": ["You are logged out.", "Log in again", () => outermost().location.reload()],
    refused: ["The terminal did not open.", "Try again", (link) => link.again()],
    stopped: ["The connection is lost.", "Reconnect", (link) => link.start()],
    gone: config.start
      ? ["Your session has ended.", "Start a new session", () => leave(config.start)]
      : ["This session has ended.", "To the start page", () => leave(config.home)],
  };
  const CAUSES = {
    idle: "Nobody had typed for a long time.",
    age: "Its time was over.",
    instructor: "An instructor stopped it.",
    lost: "Its server failed, or was removed.",
  };
  const LOST =
    "What ran in it has stopped. Files and projects that belonged to this session alone are gone with it.";

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(...children);
    return made;
  }

  // What a person chose for their terminals; kept in this browser.
  const KEY = "jupyterhub-butterfly:settings";
  const DEFAULTS = { theme: "dark", fontSize: 15, screenReader: false };
  const THEMES = window.terminalThemes;
  // The names of a terminal's colours, by their numbers.
  const PLAIN = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
  const bright = (name) => "bright" + name[0].toUpperCase() + name.slice(1);
  const COLOURS = [...PLAIN, ...PLAIN.map(bright)];
  const settings = Object.assign({}, DEFAULTS, loadSettings());
  settings.colours = () => THEMES[settings.theme] || THEMES.dark;

  function loadSettings() {
    try {
      return JSON.parse(store.getItem(KEY)) || {};
    } catch (error) {
      return {};
    }
  }

  function saveSettings() {
    const { theme, fontSize, screenReader } = settings;
    try {
      store.setItem(KEY, JSON.stringify({ theme, fontSize, screenReader }));
    } catch (error) {
      console.debug("settings are not kept", error);
    }
  }

  function paint() {
    const root = document.documentElement;
    const colours = settings.colours();
    root.dataset.theme = settings.theme;
    root.style.setProperty("--terminal-background", colours.background);
    root.style.setProperty("--terminal-foreground", colours.foreground);
    root.style.setProperty("--terminal-font-size", settings.fontSize + "px");
    root.dataset.paper = colours.paper;
    COLOURS.forEach((name, number) =>
      root.style.setProperty("--terminal-colour-" + number, colours[name]),
    );
    root.style.setProperty("--terminal-colour-0", colours.blackText);
  }
  paint();

  // What a person may choose for a terminal, wherever the menu is: looks, the other client, files.
  function makeEntries(screen) {
    const act = (change) => () => {
      change();
      saveSettings();
      showSettings(screen);
    };
    // Done several times in a row: the menu stays for the next one.
    const look = (change) => Object.assign(act(change), { keepsMenu: true });
    const larger = (by) =>
      look(() => (settings.fontSize = Math.max(9, Math.min(32, settings.fontSize + by))));
    const themes = Object.keys(THEMES);
    const next = () => themes[(themes.indexOf(settings.theme) + 1) % themes.length];
    const other = config.client === "xterm" ? "butterfly" : "xterm";
    const entries = [
      ["Larger text", larger(1)],
      ["Smaller text", larger(-1)],
      ["Dark or light", look(() => (settings.theme = next()))],
    ];
    if (config.client === "xterm")
      entries.push([
        "Screen reader on or off",
        look(() => (settings.screenReader = !settings.screenReader)),
      ]);
    entries.push(["Use the " + other + " client", () => useClient(other)]);
    // Another frame or tab has changed them.
    addEventListener("storage", (event) => {
      if (event.key !== KEY) return;
      Object.assign(settings, loadSettings());
      showSettings(screen);
    });
    // Pages of extensions, but not the one that we are in.
    const around = bare ? window.parent.location.pathname : "";
    const pages = config.menu.filter((item) => !around.startsWith(config.prefix + item.path));
    const open = (item) => () => window.open(config.prefix + item.path, "_blank");
    return [
      ...entries,
      ...window.terminalPage.entries,
      ...pages.map((item) => [item.label, open(item)]),
    ];
  }

  function showSettings(screen) {
    paint();
    if (screen.style) screen.style();
  }

  function useClient(name) {
    const url = new URL(location.href);
    url.searchParams.set("client", name);
    location.assign(url);
  }

  // The small menu in the corner: the above, and another terminal.
  function makeMenu(entries, screen) {
    const list = element("div", { id: "terminal-menu-list", role: "menu" });
    const button = element(
      "button",
      { id: "terminal-menu", type: "button", "aria-haspopup": "menu", "aria-label": "Menu" },
      "\u22ef",
    );
    list.hidden = true;
    const hide = () => {
      list.hidden = true;
      button.setAttribute("aria-expanded", "false");
    };
    const session = config.prefix + "terminal/session/";
    const another = () => window.open(session + "t" + Date.now().toString(36), "_blank");
    for (const [words, act] of [["Another terminal", another], ...entries]) {
      const one = element("button", { type: "button", role: "menuitem" }, words);
      one.addEventListener("click", () => {
        if (!act.keepsMenu) hide();
        act();
      });
      list.append(one);
    }
    button.addEventListener("click", () => {
      list.hidden = !list.hidden;
      button.setAttribute("aria-expanded", String(!list.hidden));
    });
    document.addEventListener("click", (event) => {
      if (!list.contains(event.target) && event.target !== button) hide();
    });
    for (const type of ["keydown", "keypress", "keyup"])
      for (const box of [button, list]) box.addEventListener(type, (event) => {
        event.stopPropagation();
        if (event.key !== "Escape" || type !== "keydown") return;
        hide();
        screen.focus();
      });
    document.body.append(button, list);
  }

  // A pill while the page reconnects by itself, a card where the person must act.
  class Status {
    constructor() {
      this.box = element("div", { id: "terminal-status", role: "status", "aria-live": "polite" });
      this.box.hidden = true;
      document.body.append(this.box);
      this.pill = null;
    }

    show(state, detail, link) {
      clearTimeout(this.pill);
      document.documentElement.dataset.terminalState = state;
      if (state === "open") return this._hide();
      if (state === "connecting" || state === "waiting") {
        if (bare) return this._hide(); // said by the page around us
        if (this.box.hidden) this.pill = setTimeout(() => this._pill(), 600);
        else this._pill();
        return;
      }
      const [words, label, act] = CARDS[state];
      const more = state === "gone" ? [CAUSES[detail] || "", LOST] : [detail];
      const button = element("button", { type: "button" }, label);
      button.addEventListener("click", () => act(link));
      const texts = more.filter(Boolean).map((text) => element("p", {}, text));
      this._fill("card", element("h2", {}, words), ...texts, button);
      if (mayFocus()) button.focus();
    }

    // The page around us has said it all.
    shorten() {
      this._fill("pill", CARDS.gone[0]);
    }

    _pill() {
      this._fill("pill", element("span", { class: "dot" }), "Reconnecting\u2026");
    }

    notice(text) {
      const note = element("div", { class: "terminal-notice", role: "alert" }, text);
      document.body.append(note);
      setTimeout(() => note.remove(), 8000);
    }

    _fill(kind, ...children) {
      this.box.className = kind;
      this.box.replaceChildren(...children);
      this.box.hidden = false;
    }

    _hide() {
      this.box.hidden = true;
      this.box.replaceChildren();
    }
  }

  // The whole page that we are part of, as far as it is this server's.
  function outermost() {
    return framedByOwnPage() ? window.parent : window;
  }

  function leave(url) {
    top.location.href = url; // all that a page around us from another origin lets us do
  }

  // The address says that the session has ended, and why: the hub, which answers there after a reload,
  // may show it. A session that runs (again) takes it away.
  function noteEnd(cause) {
    if (window.parent !== window) return;
    const url = new URL(location.href);
    if (cause === null) url.searchParams.delete("ended");
    else url.searchParams.set("ended", cause || "yes");
    if (url.href !== location.href) history.replaceState(null, "", url);
  }

  function tellParent(message) {
    if (framedByOwnPage()) window.parent.postMessage(message, location.origin);
  }

  // Start a page. screen: {write(text, done), onopen(), resized(cols, rows), text typed by onsend}
  function start(screen) {
    const status = new Status();
    const entries = makeEntries(screen);
    let waiting = false;
    const link = new window.TerminalLink(config, {
      onoutput: (text) => screen.write(text, () => link.drawn(text.length)),
      oncontrol: (message) => {
        if (message.cmd === "size") screen.resized(message.cols, message.rows);
        else if (message.cmd === "notice") status.notice(message.text);
        else dispatchEvent(new CustomEvent("terminal-control", { detail: message }));
      },
      onopen: () => {
        if (waiting) screen.clear();
        waiting = false;
        noteEnd(null);
        screen.onopen();
        const menu = entries.map(([words]) => words);
        tellParent({ type: "terminal:ready", session: config.session, menu: menu });
      },
      onstate: (state, detail) => {
        if (state === "ended") waiting = true;
        status.show(state, detail, link);
        dispatchEvent(new CustomEvent("terminal-state", { detail: state }));
        if (state === "gone") noteEnd(detail);
        if (state !== "open") tellParent({ type: "terminal:state", state: state, cause: detail });
      },
    });
    addEventListener("message", (event) => {
      const wanted = event.source === window.parent && event.origin === location.origin;
      const message = event.data;
      if (!wanted || !framedByOwnPage() || typeof message !== "object" || message === null) return;
      if (message.type === "terminal:input" && typeof message.data === "string")
        screen.input(message.data);
      else if (message.type === "terminal:focus") {
        isAsked = true;
        screen.focus();
        isAsked = false;
      }
      else if (message.type === "terminal:menu")
        entries.find(([words]) => words === message.entry)?.[1]();
      else if (message.type === "terminal:told" && link.state === "gone") status.shorten();
    });
    document.title = "Terminal " + config.session;
    if (!bare) makeMenu(entries, screen);
    window.terminalPage.screen = screen;
    window.terminalLink = link; // for tests, and people with the console open
    return { link: link, status: status, config: config };
  }

  window.terminalPage = { config, start, element, settings, bare, mayFocus, entries: [] };
})();
