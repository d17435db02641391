// The connection of a terminal page to its session: two websockets kept as one.
// Used by butterfly-bridge.js and xterm-page.js, which draw; nothing here touches the screen.
//
// It reconnects by itself, with growing and random pauses, takes up the output where it stopped, pauses
// the flow when the page falls behind, and says in `onstate` what a person should know.

"use strict";

(function () {
  const RENEW_PAUSE = 5000; // ms; the server lets go of pages that pause and fall silent
  const SILENCE = 65000; // ms; the server sends something every 20 s
  const FIRST_PAUSE = 400; // ms
  const LONGEST_PAUSE = 20000;
  const MOST_TRIES = 14; // about three minutes, then the person decides
  const PIECE = 32 * 1024; // characters of input a message
  const BUFFER = 256 * 1024; // bytes of input on the way

  const ENDED = 4000;
  const ENDED_IDLE = 4001;
  const LOGGED_OUT = 4401;
  const REFUSED = 4403;
  const FULL = 4429;

  // Why a session ends, as the server says when it goes down.
  const CAUSES = ["idle", "age", "instructor"];

  const RealWebSocket = window.WebSocket;
  const encoder = new TextEncoder();

  function randomHex(bytes) {
    const numbers = crypto.getRandomValues(new Uint8Array(bytes));
    return Array.from(numbers, (n) => n.toString(16).padStart(2, "0")).join("");
  }

  class Link {
    // config: {prefix, session, ticket, xsrf, hub}; handlers: {onoutput, oncontrol, onstate, onopen}
    constructor(config, handlers) {
      this.config = config;
      this.handlers = handlers;
      this.pauseAbove = 512 * 1024; // characters received and not drawn; a slow screen sets less
      this.page = randomHex(16);
      this.received = null; // bytes of output so far; null: nothing was ever shown
      this.backlog = 0;
      this.paused = false;
      this.tries = 0;
      this.size = null;
      this.sockets = null;
      this.state = "new";
      this.queue = [];
      this.timer = null;
      this.cause = ""; // why the server said it went down
      this.vanished = false; // whether it went without a word, or nobody was at its address
      setInterval(() => this._watch(), 5000);
      addEventListener("online", () => this._hurry());
      document.addEventListener("visibilitychange", () => document.hidden || this._hurry());
    }

    start() {
      this.tries = 0;
      this._connect();
    }

    // Another try, with a fresh ticket.
    again() {
      this.tries = 0;
      this._ask();
    }

    // A new shell in the same session, after the old one ended.
    restart() {
      this._connect();
    }

    send(text) {
      if (this.state !== "open" || !text) return false;
      for (let i = 0; i < text.length; ) {
        let end = Math.min(i + PIECE, text.length);
        const last = text.charCodeAt(end - 1);
        if (end < text.length && last >= 0xd800 && last < 0xdc00) end--; // no half characters
        this.queue.push(text.slice(i, end));
        i = end;
      }
      this._pump();
      return true;
    }

    // The page's size; the first one opens the shell.
    resize(cols, rows) {
      const first = this.size === null;
      this.size = { cols, rows };
      if (this.state === "open") this._control({ cmd: first ? "open" : "size", cols, rows });
    }

    // A message beside the input, for the server.
    tell(message) {
      this._control(message);
    }

    // The page has drawn so many characters.
    drawn(count) {
      this.backlog = Math.max(0, this.backlog - count);
      if (this.paused && this.backlog < this.pauseAbove / 4) {
        this.paused = false;
        this._control({ cmd: "resume" });
      }
    }

    _connect() {
      clearTimeout(this.timer);
      this._drop();
      this._state("connecting");
      const scheme = location.protocol === "https:" ? "wss://" : "ws://";
      const base = scheme + location.host + this.config.prefix;
      const offers = ["butterfly", "ticket." + this.config.ticket, "page." + this.page];
      if (this.received !== null) offers.push("have." + this.received);
      const name = "session/" + this.config.session;
      const pair = { waiting: 2, opened: false, done: false };
      this.sockets = pair;
      pair.ctl = new RealWebSocket(base + "ctl/" + name, offers);
      pair.shell = new RealWebSocket(base + "ws/" + name, offers);
      this.heard = Date.now();
      for (const one of [pair.ctl, pair.shell]) {
        one.onopen = () => --pair.waiting === 0 && pair === this.sockets && this._opened(pair);
        one.onclose = (event) => this._closed(pair, event);
      }
      pair.shell.onmessage = (event) => pair === this.sockets && this._output(event.data);
      pair.ctl.onmessage = (event) => pair === this.sockets && this._message(event.data);
    }

    _opened(pair) {
      pair.opened = true;
      this.tries = 0;
      this.cause = "";
      this.vanished = false;
      this.paused = false;
      if (this.received === null) this.received = 0;
      this._state("open");
      if (this.size) this._control(Object.assign({ cmd: "open" }, this.size));
      this.handlers.onopen();
    }

    _closed(pair, event) {
      if (pair !== this.sockets || pair.done) return;
      pair.done = true;
      this._drop();
      const code = event.code;
      if (CAUSES.includes(event.reason)) this.cause = event.reason;
      // Not so after a sleep of this machine: then we did not hear from it for long.
      if (code === 1006 && pair.opened) this.vanished = Date.now() - this.heard < SILENCE;
      if (code === ENDED || code === ENDED_IDLE) {
        this.received = 0; // the next shell is another stream; the page clears itself
        this._state("ended", code === ENDED_IDLE ? event.reason : "");
      } else if (code === LOGGED_OUT) this._ask(); // or stopped meanwhile, or logged in again
      else if (code === FULL || code === REFUSED) this._state("refused", event.reason);
      else if (pair.opened) this._retry();
      else this._ask();
    }

    // A handshake failed, and a browser does not tell why: ask in plain HTTP.
    async _ask() {
      let answer;
      try {
        answer = await this._fetchTicket("manual");
      } catch (error) {
        this.vanished = false; // it is the network
        return this._retry();
      }
      if (answer.type === "opaqueredirect") return this._follow();
      this._decide(answer, false);
    }

    // Our server never sends a script elsewhere, so another answers in its place: the hub, because the
    // server is stopped, or a login in front of everything.
    async _follow() {
      const hub = this.config.hub ? new URL(this.config.hub, location.href) : null;
      let answer;
      try {
        answer = await this._fetchTicket("follow");
      } catch (error) {
        // On another origin, which does not let us look.
        return this._ended(hub !== null && hub.origin !== location.origin);
      }
      const at = new URL(answer.url);
      const isHub = hub !== null && at.origin === hub.origin && at.pathname.startsWith(hub.pathname);
      this._decide(answer, isHub);
    }

    // A hub tells scripts of a stopped server by a 424, or by a 503 as before JupyterHub 2.
    async _decide(answer, isHub) {
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      if (answer.status >= 500 && !(isHub && isJson)) {
        this.vanished = true;
        return this._retry();
      }
      if (answer.status === 424 || isHub) return this._ended(true);
      const body = answer.ok ? await answer.json().catch(() => ({})) : {};
      if (body.ticket) {
        this.config.ticket = body.ticket;
        return this._retry();
      }
      if (answer.ok || answer.status === 401 || answer.status === 403) return this._ended(false);
      this._retry();
    }

    _ended(session) {
      if (!session) return this._state("logged-out");
      this._state("gone", this.cause || (this.vanished ? "lost" : ""));
    }

    _fetchTicket(redirect) {
      return fetch(this.config.prefix + "terminal/ticket", {
        headers: { "X-XSRFToken": this.config.xsrf, Accept: "application/json" },
        redirect: redirect,
        cache: "no-store",
      });
    }

    _retry() {
      if (this.tries++ >= MOST_TRIES) return this._state("stopped");
      const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.tries - 1));
      this._state("waiting");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this._connect(), longest * (0.5 + Math.random() / 2));
    }

    _hurry() {
      if (this.state === "waiting") this._connect();
      else if (this.state === "open" && Date.now() - this.heard > SILENCE) this._lost();
    }

    _watch() {
      if (this.state !== "open") return;
      if (this.paused) this._control({ cmd: "pause" });
      if (Date.now() - this.heard > SILENCE && !this.paused) this._lost();
    }

    _lost() {
      this._drop();
      this._retry();
    }

    _drop() {
      const pair = this.sockets;
      this.sockets = null;
      this.queue = [];
      if (pair) for (const one of [pair.ctl, pair.shell]) one.close();
    }

    _output(text) {
      this.heard = Date.now();
      if (!text) return;
      this.received += encoder.encode(text).length;
      this.backlog += text.length;
      if (!this.paused && this.backlog > this.pauseAbove) {
        this.paused = true;
        this._control({ cmd: "pause" });
      }
      this.handlers.onoutput(text);
    }

    _message(text) {
      this.heard = Date.now();
      const message = JSON.parse(text);
      if (message.cmd !== "keepalive") this.handlers.oncontrol(message);
    }

    _control(message) {
      if (this.state === "open") this.sockets.ctl.send(JSON.stringify(message));
    }

    _pump() {
      const pair = this.sockets;
      while (pair && this.queue.length && pair.shell.bufferedAmount < BUFFER)
        pair.shell.send(this.queue.shift());
      if (pair && this.queue.length && !this.pumping) {
        this.pumping = true;
        setTimeout(() => {
          this.pumping = false;
          this._pump();
        }, 10);
      }
    }

    _state(state, detail) {
      this.state = state;
      this.handlers.onstate(state, detail || "");
    }
  }

  window.TerminalLink = Link;
})();
