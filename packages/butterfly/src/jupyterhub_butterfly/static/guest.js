// A guest's page: shows the terminals of a session whose person has consented, and types with a second
// consent. It runs in a frame without an origin; the secret of the question is in the address's fragment.

"use strict";

(function () {
  const prefix = document.body.dataset.prefix;
  const secret = location.hash.slice(1);
  const $ = (id) => document.getElementById(id);
  const WORDS = {
    asked: () => "Your question is on their screen. They have a minute and a half to answer.",
    watching: () => "You see their terminal. They see that you do.",
    "typing-asked": () => "You see their terminal. They are asked whether you may type.",
    typing: () => "What you type goes to their terminal.",
  };

  const term = new window.Terminal({
    allowProposedApi: true,
    disableStdin: true,
    fontFamily: '"Source Code Pro", "DejaVu Sans Mono", Menlo, Consolas, monospace',
    fontSize: 14,
    scrollback: 5000,
    theme: window.terminalThemes.dark,
    minimumContrastRatio: 4.5,
    linkHandler: { activate: () => {} },
  });
  term.loadAddon(new window.Unicode11Addon.Unicode11Addon());
  term.unicode.activeVersion = "11";
  term.onData((text) => send({ cmd: "type", text: text }));

  let view = null;
  let before = "";
  history.replaceState(null, "", location.pathname); // no secret in what is copied or kept

  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  const socket = new WebSocket(scheme + location.host + prefix + "ws/join", ["butterfly", "secret." + secret]);

  function send(message) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function act(deed) {
    return () => send({ cmd: "do", do: deed });
  }

  function say(text) {
    if ($("join-words").textContent !== text) $("join-words").textContent = text;
  }

  function note(text) {
    $("join-notice").textContent = text;
    $("join-notice").hidden = !text;
  }

  function draw() {
    const { state } = view;
    const isShown = ["watching", "typing-asked", "typing"].includes(state);
    document.documentElement.dataset.join = state;
    if (WORDS[state]) say(WORDS[state]());
    if (state === "watching" && before === "typing-asked") note("You may not type now.");
    else if (state !== before) note("");
    $("join-ask").hidden = state !== "watching" || !view.may_type;
    $("join-stop").hidden = state !== "typing";
    $("join-end").hidden = state === "ended";
    $("join-end").textContent = state === "asked" ? "Take back" : "End";
    term.options.disableStdin = state !== "typing";
    if (isShown && $("term").hidden) {
      $("term").hidden = false;
      $("term").style.background = window.terminalThemes.dark.background;
      term.open($("term"));
    }
    if (state === "typing" && before !== "typing") term.focus();
    before = state;
  }

  function over(text) {
    document.documentElement.dataset.join = "ended";
    say(text);
    for (const id of ["join-ask", "join-stop", "join-end", "join-which"]) $(id).hidden = true;
    term.options.disableStdin = true;
  }

  function list(names, chosen) {
    $("join-sessions").replaceChildren(...names.map((name) => new Option(name, name, false, name === chosen)));
    $("join-which").hidden = names.length < 2;
    note(chosen ? "" : "They have no terminal open at the moment.");
    term.reset();
  }

  const OVER = {
    asked: "They did not let you in, or did not answer. Perhaps ask them first whether they want to show it.",
    other: "It is over: you see nothing of their session any more.",
  };

  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.cmd === "output") term.write(message.text);
    else if (message.cmd === "size") term.resize(message.cols, message.rows);
    else if (message.cmd === "sessions") list(message.names, message.session);
    else if (message.cmd === "notice") note(message.text);
    else if (message.cmd === "join") {
      view = message;
      if (message.state === "ended") over(OVER[before] || OVER.other);
      else draw();
      before = message.state;
    }
  };
  socket.onclose = (event) => {
    if (before === "ended") return;
    if (view) over("The connection was lost, and it is over. Ask again to come back.");
    else over(event.reason || "This session did not let the question in. Go back to the sessions, and ask again.");
  };

  $("join-ask").addEventListener("click", act("ask-typing"));
  $("join-stop").addEventListener("click", act("stop-typing"));
  $("join-end").addEventListener("click", act("end"));
  $("join-sessions").addEventListener("change", (event) => send({ cmd: "select", session: event.target.value }));
  if (window.parent !== window) window.parent.postMessage({ type: "join:loaded" }, "*"); // no more than that
})();
