// What both terminal pages share: their configuration, what they tell a person about the connection,
// and text typed by the page around them (click to run). Loaded after link.js.

"use strict";

(function () {
  const config = JSON.parse(document.body.dataset.terminal);

  const CARDS = {
    ended: ["The shell has ended.", "Start a new shell", (link) => link.restart()],
    "logged-out": ["You are logged out.", "Log in again", () => location.reload()],
    refused: ["The terminal did not open.", "Try again", () => location.reload()],
    stopped: ["The connection is lost.", "Reconnect", (link) => link.start()],
    gone: ["This session has ended.", "To the start page", () => top.location.assign(config.home)],
  };

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(...children);
    return made;
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
        if (this.box.hidden) this.pill = setTimeout(() => this._pill(), 600);
        else this._pill();
        return;
      }
      const [words, label, act] = CARDS[state];
      const button = element("button", { type: "button" }, label);
      button.addEventListener("click", () => act(link));
      this._fill("card", element("p", {}, detail ? words + " " + detail : words), button);
      button.focus();
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

  // The page around us may type, if it is a page of this very server.
  function framedByOwnPage() {
    if (window.parent === window) return false;
    try {
      return window.parent.location.pathname.startsWith(config.prefix);
    } catch (error) {
      return false; // another origin
    }
  }

  function tellParent(message) {
    if (framedByOwnPage()) window.parent.postMessage(message, location.origin);
  }

  // Start a page. screen: {write(text, done), onopen(), resized(cols, rows), text typed by onsend}
  function start(screen) {
    const status = new Status();
    let waiting = false;
    const link = new window.TerminalLink(config, {
      onoutput: (text) => screen.write(text, () => link.drawn(text.length)),
      oncontrol: (message) => {
        if (message.cmd === "size") screen.resized(message.cols, message.rows);
        else if (message.cmd === "notice") status.notice(message.text);
      },
      onopen: () => {
        if (waiting) screen.clear();
        waiting = false;
        screen.onopen();
        tellParent({ type: "terminal:ready", session: config.session });
      },
      onstate: (state, detail) => {
        if (state === "ended") waiting = true;
        status.show(state, detail, link);
        if (state !== "open") tellParent({ type: "terminal:state", state: state });
      },
    });
    addEventListener("message", (event) => {
      const wanted = event.source === window.parent && event.origin === location.origin;
      const message = event.data;
      if (!wanted || !framedByOwnPage() || typeof message !== "object" || message === null) return;
      if (message.type === "terminal:input" && typeof message.data === "string")
        screen.input(message.data);
      else if (message.type === "terminal:focus") screen.focus();
    });
    document.title = "Terminal " + config.session;
    return { link: link, status: status, config: config };
  }

  window.terminalPage = { config: config, start: start, element: element };
})();
