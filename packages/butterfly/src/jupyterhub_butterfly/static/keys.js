// The keys that a phone's keyboard lacks, in a row below the terminal, where fingers are what points.
// Loaded after xterm-page.js; Butterfly's client has no room for it (docs/reference/butterfly.md).

"use strict";

(function () {
  const page = window.terminalPage;
  const link = window.terminalLink;
  const term = window.terminalXterm;
  if (!matchMedia("(pointer: coarse)").matches) return;

  const arrow = (letter) => () =>
    (term.modes.applicationCursorKeysMode ? "\x1bO" : "\x1b[") + letter;
  const KEYS = [
    ["Esc", "Escape", () => "\x1b"],
    ["Tab", "Tab", () => "\t"],
    ["^C", "Interrupt", () => "\x03"],
    ["\u2190", "Left", arrow("D")],
    ["\u2193", "Down", arrow("B")],
    ["\u2191", "Up", arrow("A")],
    ["\u2192", "Right", arrow("C")],
  ];

  const bar = page.element("div", { id: "terminal-keys", role: "toolbar", "aria-label": "Keys" });
  function add(words, name, act) {
    const key = page.element("button", { type: "button", "aria-label": name, tabindex: "-1" }, words);
    // The field keeps the focus, so that the phone's keyboard stays.
    key.addEventListener("mousedown", (event) => event.preventDefault());
    key.addEventListener("click", act);
    bar.append(key);
    return key;
  }

  // Ctrl holds for one key.
  let held = false;
  const ctrl = add("Ctrl", "Control", () => hold(!held));
  function hold(on) {
    held = on;
    ctrl.setAttribute("aria-pressed", String(on));
  }
  hold(false);
  const send = link.send.bind(link);
  link.send = (text) => {
    const letter = /^[a-z@[\\\]^_ ]$/i.test(text);
    if (held && letter) text = String.fromCharCode(text.toUpperCase().charCodeAt(0) & 31);
    if (held && text) hold(false);
    return send(text);
  };
  for (const [words, name, make] of KEYS)
    add(words, name, () => {
      hold(false);
      send(make());
      term.focus();
    });

  document.body.append(bar);
  document.documentElement.classList.add("with-keys");
})();
