// The terminal page on xterm.js: draws what link.js brings, sends what the person types.

"use strict";

(function () {
  const settings = window.terminalPage.settings;
  const term = new window.Terminal({
    allowProposedApi: true,
    cursorBlink: true,
    fontFamily: '"Source Code Pro", "DejaVu Sans Mono", Menlo, Consolas, monospace',
    fontSize: settings.fontSize,
    lineHeight: 1.1,
    macOptionIsMeta: true,
    scrollback: 5000,
    screenReaderMode: settings.screenReader,
    theme: settings.colours(),
    minimumContrastRatio: 4.5,
  });
  const fit = new window.FitAddon.FitAddon();
  term.loadAddon(fit);
  term.loadAddon(new window.Unicode11Addon.Unicode11Addon());
  term.unicode.activeVersion = "11";
  term.loadAddon(new window.WebLinksAddon.WebLinksAddon((event, url) => open(url)));
  // OSC 8 links show other words than where they go: only the web's own schemes are opened.
  term.options.linkHandler = { activate: (event, url) => open(url), allowNonHttpProtocols: false };
  term.open(document.getElementById("term"));

  function open(url) {
    if (/^https?:\/\//i.test(url)) window.open(url, "_blank", "noopener,noreferrer");
  }

  const page = window.terminalPage.start({
    write: (text, done) => term.write(text, done),
    clear: () => term.reset(),
    resized: (cols, rows) => term.resize(cols, rows),
    onopen: () => window.terminalPage.mayFocus() && term.focus(),
    input: (text) => page.link.send(text),
    focus: () => term.focus(),
    style: () => {
      term.options.fontSize = settings.fontSize;
      term.options.theme = settings.colours();
      term.options.screenReaderMode = settings.screenReader;
      tellSize();
    },
  });
  term.onData((text) => page.link.send(text));
  term.onBinary((text) => page.link.send(text));
  term.onTitleChange((title) => (document.title = title.slice(0, 200) || document.title));

  // xterm.js sends what an input method composed a moment after it is done; what comes in that moment
  // overtakes it, or is sent twice, or cuts it off. A keyboard that completes words is that fast.
  const field = term.textarea;
  let composed = 0; // compositions that are done and whose moment is not over
  let unsent = []; // what they composed, until xterm.js has sent it
  let held = [];
  field.addEventListener("compositionend", (event) => {
    composed += 1;
    if (event.data) unsent.push(event.data);
    setTimeout(release, 0); // after xterm.js, whose listener is older
  });
  term.onData((text) => {
    if (unsent.length && text.startsWith(unsent[0])) unsent.shift();
  });
  function release() {
    composed -= 1;
    if (composed) return;
    const late = held;
    unsent = [];
    held = [];
    for (const event of late) {
      const plain = event.key?.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
      if (event.type === "input") term.input(event.data);
      else if (plain) term.input(event.key);
      else field.dispatchEvent(event);
    }
  }
  addEventListener(
    "input",
    (event) => {
      if (!composed || event.isComposing || event.target !== field) return;
      event.stopImmediatePropagation();
      // As long as xterm.js has sent nothing, it will send this too, from the field.
      if (!unsent.length && event.inputType === "insertText" && event.data) held.push(event);
    },
    true,
  );
  addEventListener(
    "keydown",
    (event) => {
      const composing = event.isComposing || event.keyCode === 229;
      if (!composed || composing || event.target !== field) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      held.push(new KeyboardEvent("keydown", event));
    },
    true,
  );

  // What the frame holds is offered to the server; what it chooses among all browsers is drawn.
  function tellSize() {
    const size = fit.proposeDimensions();
    if (!size || !size.cols || !size.rows) return;
    if (page.link.size === null) term.resize(size.cols, size.rows);
    page.link.resize(size.cols, size.rows);
  }

  let timer = null;
  new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(tellSize, 60);
  }).observe(document.getElementById("term"));

  tellSize();
  page.link.start();
  window.terminalXterm = term; // for tests and people with the console open
})();
