// Copying with the keyboard, in all browsers: Ctrl+C with something selected copies it, as does
// Ctrl+Shift+C; with nothing selected Ctrl+C interrupts, as ever. Pasting is the browser's own:
// Ctrl+Shift+V, Shift+Insert, or its menu. Loaded after the client.

"use strict";

(function () {
  const page = window.terminalPage;

  // What Butterfly's client draws has blanks that do not break, and blanks up to the end of each line.
  function selected() {
    if (window.terminalXterm) return window.terminalXterm.getSelection();
    const text = document.getSelection().toString().replace(/[\u00a0\u2007]/g, " ");
    return text.replace(/[ \t]+$/gm, "");
  }

  function unselect() {
    if (window.terminalXterm) window.terminalXterm.clearSelection();
    else document.getSelection().removeAllRanges();
  }

  // Works without https, where pages have no navigator.clipboard.
  function copy(text) {
    const put = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener("copy", put, true);
    const done = document.execCommand("copy");
    removeEventListener("copy", put, true);
    return done;
  }

  addEventListener(
    "keydown",
    (event) => {
      if (!event.ctrlKey || event.altKey || event.metaKey || event.code !== "KeyC") return;
      const text = selected();
      if (!text && !event.shiftKey) return; // an interrupt
      event.preventDefault(); // Ctrl+Shift+C opens the browser's inspector
      event.stopImmediatePropagation();
      if (!text) return;
      if (copy(text)) unselect();
      page.screen.focus();
    },
    true,
  );
})();
