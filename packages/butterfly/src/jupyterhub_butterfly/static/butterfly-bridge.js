// What Butterfly's client connects to, put in from outside: runs before its scripts.
// Its two websockets become two ends of one TerminalLink, so that they never close under it (its own
// way to reconnect interrupts what runs), and its output comes through a queue that can be paused.

"use strict";

(function () {
  const RealWebSocket = window.WebSocket;
  const LARGEST_WRITE = 16 * 1024; // characters; it draws once for each
  const KEPT = 4096; // of what an interrupt throws away

  class End {
    constructor(sendTo) {
      this.readyState = 0;
      this.listeners = { open: [], message: [], error: [], close: [] };
      this.sendTo = sendTo;
    }
    addEventListener(type, listener) {
      this.listeners[type].push(listener);
    }
    removeEventListener(type, listener) {
      this.listeners[type] = this.listeners[type].filter((l) => l !== listener);
    }
    send(data) {
      this.sendTo(data);
    }
    close() {}
    tell(type, event, skipFirst) {
      for (const listener of this.listeners[type].slice(skipFirst ? 1 : 0)) listener(event);
    }
  }

  // Program output on its way to the screen, drawn piece by piece without starving the page.
  class Output {
    constructor() {
      this.pieces = [];
      this.ready = false;
      this.bracketed = false;
      this.tail = "";
      this.channel = new MessageChannel();
      this.channel.port1.onmessage = () => this._draw();
      this.busy = false;
      this.skipUntil = 0;
    }
    add(text, done) {
      this.pieces.push([text, done]);
      if (Date.now() < this.skipUntil) this._skip();
      this._kick();
    }
    // An interrupt throws away what is not shown yet, as a terminal does with its output queue: this
    // client draws some 200 KB a second, and nobody wants to watch the rest of a flood.
    interrupted() {
      this.skipUntil = Date.now() + 1000;
      this._skip();
    }
    _skip() {
      const size = this.pieces.reduce((sum, piece) => sum + piece[0].length, 0);
      if (size < LARGEST_WRITE) return;
      const all = this.pieces.map((piece) => piece[0]).join("");
      const newline = all.indexOf("\n", all.length - KEPT);
      for (const piece of this.pieces) piece[1]();
      this.pieces = [[all.slice(newline < 0 ? -KEPT : newline), () => {}]];
    }
    open() {
      this.ready = true;
      this._kick();
    }
    _kick() {
      if (!this.ready || this.busy || !this.pieces.length) return;
      this.busy = true;
      this.channel.port2.postMessage(0);
    }
    _draw() {
      let text = "";
      const done = [];
      while (this.pieces.length && text.length < LARGEST_WRITE) {
        const piece = this.pieces.shift();
        text += piece[0];
        done.push(piece[1]);
      }
      this._follow(text);
      try {
        window.butterfly.write(text);
      } catch (error) {
        console.error("Butterfly's client could not draw", error);
      }
      shell.tell("message", { data: text }, true);
      for (const one of done) one();
      this.busy = false;
      this._kick();
    }
    // Butterfly's client does not know bracketed paste; shells want it, so it is kept here.
    _follow(text) {
      const all = this.tail + text;
      const on = all.lastIndexOf("\x1b[?2004h");
      const off = all.lastIndexOf("\x1b[?2004l");
      if (on > off) this.bracketed = true;
      else if (off > on) this.bracketed = false;
      this.tail = all.slice(-7);
    }
  }

  const output = new Output();
  const shell = new End((data) => {
    if (data === "\x03") output.interrupted();
    page.link.send(data);
  });
  const ctl = new End((data) => {
    const message = JSON.parse(data);
    if (message.cmd === "size") page.link.resize(message.cols, message.rows);
  });
  let made = false;

  const page = window.terminalPage.start({
    write: (text, done) => output.add(text, done),
    clear: () => output.add("\x1bc", () => {}),
    resized: (cols, rows) => ctl.tell("message", { data: JSON.stringify({ cmd: "size", cols, rows }) }),
    onopen: () => {
      if (made) return;
      made = true;
      shell.readyState = ctl.readyState = 1;
      ctl.tell("open", {}); // once: its second one is its reconnect, with an interrupt
      output.open();
      window.dispatchEvent(new Event("terminal-open"));
    },
    input: (text) => page.link.send(text),
    focus: () => window.butterfly && window.butterfly.focus(),
    style: () => window.butterfly && window.butterfly.resize(),
  });

  // Butterfly's client measures a character once, when it starts.
  function fontsReady() {
    const fonts = ["", "bold "].map((style) => document.fonts.load(style + "16px SourceCodePro"));
    const late = new Promise((resolve) => setTimeout(resolve, 2000));
    return Promise.race([Promise.allSettled(fonts), late]);
  }

  function Bridge(url, protocols) {
    const path = new URL(url, location.href).pathname;
    const below = (name) => path.startsWith(page.config.prefix + name + "/session/");
    if (below("ws")) return shell;
    if (below("ctl")) {
      fontsReady().then(() => page.link.start());
      return ctl;
    }
    return new RealWebSocket(url, protocols);
  }
  Bridge.CONNECTING = 0;
  Bridge.OPEN = 1;
  Bridge.CLOSING = 2;
  Bridge.CLOSED = 3;
  window.WebSocket = Bridge;

  // Its theme is kept under the bare key "theme", which other pages of this origin use as well.
  try {
    const store = window.localStorage;
    const facade = {
      getItem: (key) => store.getItem("jupyterhub-butterfly:" + key),
      setItem: (key, value) => store.setItem("jupyterhub-butterfly:" + key, value),
      removeItem: (key) => store.removeItem("jupyterhub-butterfly:" + key),
    };
    Object.defineProperty(window, "localStorage", { value: facade, configurable: true });
  } catch (error) {
    console.debug("no local storage", error);
  }

  // It takes the keys as soon as it is there.
  const helper = document.getElementById("input-helper");
  const focus = helper.focus.bind(helper);
  helper.focus = (options) => window.terminalPage.mayFocus() && focus(options);

  page.link.pauseAbove = 64 * 1024;

  window.terminalBridge = { page: page, output: output };
})();
