// Somebody asks to join this session, or is there: asked, shown and ended here. Loaded after page.js.
//
// It takes no focus: who is typing must not consent by a key that was meant for the shell.

"use strict";

(function () {
  const { config, element } = window.terminalPage;
  if (!config.mayBeJoined) return;
  const ID = "terminal-join";

  // Over the whole page that this terminal is part of, whichever of its panels is seen.
  const host = (function () {
    try {
      const around = window.parent;
      if (around !== window && around.location.pathname.startsWith(config.prefix)) return around.document;
    } catch (error) {
      console.debug("a page of another origin around us", error);
    }
    return document;
  })();

  let box = null;

  const VIEWS = {
    asked: (guest) => ({
      words: `${guest} asks to see your terminals. They see what is on the screen, and type nothing.`,
      buttons: [["Let them see", "allow"], ["Not now", "refuse", "quiet"]],
    }),
    watching: (guest) => ({ words: `${guest} sees your terminals.`, buttons: [["End", "end", "quiet"]] }),
    "typing-asked": (guest) => ({
      words: `${guest} sees your terminals, and asks to type in them.`,
      buttons: [["Let them type", "allow"], ["Not now", "refuse", "quiet"], ["End", "end", "quiet"]],
    }),
    typing: (guest) => ({
      words: `${guest} sees your terminals, and may type in them.`,
      buttons: [["Stop the typing", "stop-typing", "quiet"], ["End", "end", "quiet"]],
    }),
  };

  function addStyle() {
    const href = new URL(config.prefix + "static/terminal/join.css", location.href).href;
    if ([...host.querySelectorAll("link[rel=stylesheet]")].some((link) => link.href === href)) return;
    const link = host.createElement("link");
    link.rel = "stylesheet";
    link.nonce = host.querySelector("link[rel=stylesheet]")?.nonce || ""; // its policy may ask for one
    link.href = href;
    host.head.append(link);
  }

  function remove() {
    host.getElementById(ID)?.remove();
    box = null;
  }

  // Each of several terminals in one page is told, and draws the same; the last one's buttons count.
  function draw(view) {
    remove();
    if (!VIEWS[view.state]) return;
    const { words, buttons } = VIEWS[view.state](view.guest);
    // What lasts takes a line of a page with panels, and covers none of its buttons.
    const lasts = host !== document && !buttons.some(([, deed]) => deed === "allow");
    box = element("div", { id: ID, class: lasts ? "strip" : "", role: "alertdialog", "aria-labelledby": ID + "-words", "data-state": view.state });
    box.append(element("p", { id: ID + "-words", role: "alert" }, words));
    const row = element("div", { class: "buttons" });
    for (const [label, deed, kind] of buttons) {
      const button = element("button", { type: "button", class: kind || "" }, label);
      button.addEventListener("click", () => {
        window.terminalLink.tell({ cmd: "join", do: deed, number: view.number });
        window.terminalPage.screen?.focus();
      });
      row.append(button);
    }
    box.append(row);
    for (const type of ["keydown", "keypress", "keyup"])
      box.addEventListener(type, (event) => event.stopPropagation());
    host.body.append(host.adoptNode(box));
  }

  addStyle();
  addEventListener("terminal-control", (event) => {
    if (event.detail.cmd === "join") draw(event.detail);
  });
  // Nobody can be seen as being there by a page that does not hear of it.
  addEventListener("terminal-state", (event) => {
    if (event.detail !== "open" && box) remove();
  });
  addEventListener("pagehide", () => box && remove());
})();
