// What Butterfly's client lacks, added from outside: runs after its scripts.
// Text that does not come as a key press, whole pastes at once, links without holes, and nothing
// that asks for pages at the root of the site.

"use strict";

(function () {
  const { page, output } = window.terminalBridge;
  const helper = document.getElementById("input-helper");
  helper.setAttribute("aria-label", "Terminal input");
  helper.setAttribute("autocapitalize", "off");
  helper.setAttribute("autocomplete", "off");
  helper.setAttribute("autocorrect", "off");

  // An accent composed, an input method, a phone's keyboard, insertText: they change the field and
  // press no key that Butterfly's client understands.
  helper.addEventListener("input", (event) => {
    const composing = event.isComposing || (window.butterfly && window.butterfly.inComposition);
    if (composing || event.inputType === "insertCompositionText" || !helper.value) return;
    const text = helper.value.replace(/\r\n|\n/g, "\r");
    helper.value = "";
    page.link.send(text);
  });

  // Its own paste sends 40 KB a second and knows no brackets.
  addEventListener(
    "paste",
    (event) => {
      event.stopImmediatePropagation();
      event.preventDefault();
      let text = (event.clipboardData.getData("text/plain") || "").replace(/\r\n|\n/g, "\r");
      if (output.bracketed) text = "\x1b[200~" + text.replace(/\x1b/g, "") + "\x1b[201~";
      page.link.send(text);
      helper.value = "";
      if (window.butterfly) window.butterfly.bell("pasted");
    },
    true,
  );

  // Alt+E, Alt+S and Alt+O ask for /sessions, /themes and / of the whole site.
  const KEYS = { KeyE: true, KeyS: true, KeyO: true };
  addEventListener(
    "keydown",
    (event) => {
      const plain = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (!plain || !KEYS[event.code]) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      page.link.send("\x1b" + event.key); // what a terminal sends for Alt and a letter
    },
    true,
  );

  // Its links are made by pasting text into markup, and output can break out of an attribute.
  const hooks = window.Terminal.hooks.change;
  const unsafe = hooks.findIndex((hook) => String(hook).includes("innerHTML"));
  if (unsafe >= 0) hooks.splice(unsafe, 1);
  const URLS = /\bhttps?:\/\/[^\s"'<>`\u00a0]*[^\s"'<>`\u00a0.,;:!?)\]}]/g;

  function linkify(node) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.tagName !== "A") Array.from(node.childNodes).forEach(linkify);
      return;
    }
    if (node.nodeType !== Node.TEXT_NODE || !node.nodeValue.includes("http")) return;
    const parts = [];
    let from = 0;
    for (const match of node.nodeValue.matchAll(URLS)) {
      const link = window.terminalPage.element("a", {
        href: match[0],
        target: "_blank",
        rel: "noopener noreferrer",
      });
      link.textContent = match[0];
      parts.push(node.nodeValue.slice(from, match.index), link);
      from = match.index + match[0].length;
    }
    if (parts.length) node.replaceWith(...parts, node.nodeValue.slice(from));
  }
  window.Terminal.on("change", linkify);

  // A double click selects up to the blanks around. Its own way to do so never ends where no blank
  // follows, and the page hangs.
  function place(line, offset) {
    const nodes = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    let node = nodes.nextNode();
    let next = null;
    while (node && offset > node.data.length && (next = nodes.nextNode())) {
      offset -= node.data.length;
      node = next;
    }
    return [node, offset];
  }

  function selectWord() {
    const selection = document.getSelection();
    const range = selection.rangeCount && selection.getRangeAt(0);
    const start = range && range.startContainer;
    const line = start && (start.nodeType === Node.TEXT_NODE ? start.parentElement : start).closest(".line");
    if (!line || range.collapsed) return;
    const before = document.createRange();
    before.selectNodeContents(line);
    before.setEnd(range.startContainer, range.startOffset);
    const text = line.textContent;
    let from = before.toString().length;
    let to = from;
    if (/\s/.test(text[from])) return;
    while (from > 0 && !/\s/.test(text[from - 1])) from--;
    while (to < text.length && !/\s/.test(text[to])) to++;
    selection.setBaseAndExtent(...place(line, from), ...place(line, to));
  }
  addEventListener(
    "dblclick",
    (event) => {
      event.stopImmediatePropagation();
      selectWord();
    },
    true,
  );

  // A phone shows its keyboard for a field that has the focus.
  document.addEventListener("click", (event) => {
    const ours = event.target.closest("a, button, input, [role=menu], #files-rows, #terminal-clock-box");
    if (!ours && document.getSelection().isCollapsed) helper.focus({ preventScroll: true });
  });

  addEventListener("terminal-open", () => window.terminalPage.mayFocus() && window.butterfly.focus());
})();
