/* The notes: blocks that run or copy, turning pages without losing the terminals, drop-downs.
   Used by the dashboard and by a site made with `workshop-notes build`, where running is copying. */
(() => {
  "use strict";
  const notes = document.getElementById("notes");
  const workshop = window.workshop ?? {
    hasTerminals: false,
    announce: (sentence) => { document.getElementById("state").textContent = sentence; },
  };
  const WORDS = {
    execute: ["icon-run", "Run"],
    input: ["icon-run", "Type"],
    interrupt: ["icon-stop", "Interrupt"],
    clear: ["icon-run", "Clear"],
    copy: ["icon-copy", "Copy"],
    edit: ["icon-edit", "Copy to edit"],
  };
  const RUNNING = new Set(["execute", "input", "interrupt", "clear"]);
  const HIDING = /[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
  const CTRL_C = /^<ctrl[-+]c>$/i;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${name}`);
    svg.append(use);
    return svg;
  };

  /* What a person would press: Enter after each line, Ctrl+C where the line says so. */
  const keysOf = (kind, text) => {
    if (kind === "interrupt") return "\x03";
    if (kind === "clear") return "clear\r";
    if (kind === "input") return text.replaceAll("\n", "\r");
    return text.split("\n").map((line) => (CTRL_C.test(line.trim()) ? "\x03" : `${line}\r`)).join("");
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* no permission, or a page without TLS: the old way below */ }
    const area = make("textarea", "hidden");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };

  const memory = `workshop-done:${location.pathname}`;
  const doneBlocks = () => { try { return new Set(JSON.parse(sessionStorage.getItem(memory) ?? "[]")); } catch { return new Set(); } };
  const keep = (key) => { try { sessionStorage.setItem(memory, JSON.stringify([...doneBlocks().add(key)])); } catch { /* refused */ } };

  const tick = (block, key) => {
    block.classList.add("done");
    block.querySelector(".mark").setAttribute("aria-label", block.dataset.kind === "copied" ? "copied" : "done");
    keep(key);
  };

  const carryOut = async (block, key, kind, session, text, event, onlyCopy) => {
    block.classList.add("busy");
    let done;
    if (RUNNING.has(kind) && !onlyCopy && workshop.hasTerminals) {
      workshop.revealTerminal();
      done = await workshop.send(session, keysOf(kind, text));
      if (done && event.detail > 0) workshop.followMouse(session);
      if (done) workshop.announce(session === "*" ? "Sent to all terminals." : `Sent to terminal ${session}.`);
    } else {
      done = await copy(text);
      const after = kind === "edit" ? "Copied: change it before you run it." : "Copied.";
      workshop.announce(done ? after : "The browser did not let us copy: select the text.");
    }
    block.classList.remove("busy");
    if (done) tick(block, key);
  };

  const dress = (pre, place) => {
    const { action, session = "1", note } = pre.dataset;
    if (note) { pre.before(make("p", "problem", note)); }
    if (!WORDS[action] || pre.closest(".block")) return;
    // What runs is what is seen: plain text, and no character that hides or turns around others.
    const text = pre.textContent.replace(HIDING, "");
    pre.replaceChildren(make("code", "", text));
    const running = RUNNING.has(action) && workshop.hasTerminals;
    const [picture, word] = running || !RUNNING.has(action) ? WORDS[action] : WORDS.copy;
    const key = `${notes.querySelector("article").dataset.page}#${place}`;

    const block = make("div", `block ${running ? "runs" : action === "edit" ? "edits" : "copies"}`);
    const head = make("div", "head");
    const where = running && session !== "1" ? (session === "*" ? " in all terminals" : ` in terminal ${session}`) : "";
    const main = make("button", "main");
    main.type = "button";
    main.append(icon(picture), make("span", "", word + where));
    main.setAttribute("aria-label", `${word}${where}: ${text}`);
    main.title = running ? "Click to run, Shift+click to copy" : word;
    const mark = make("span", "mark");
    mark.setAttribute("role", "img");
    mark.append(icon("icon-done"));
    head.append(main, mark);
    pre.replaceWith(block);
    block.append(head, pre);
    const start = (event) => carryOut(block, key, action, session, text, event, event.shiftKey);
    main.addEventListener("click", start);
    if (running) {
      const second = make("button", "second");
      second.type = "button";
      second.title = "Copy";
      second.setAttribute("aria-label", `Copy: ${text}`);
      second.append(icon("icon-copy"));
      second.addEventListener("click", (event) => carryOut(block, key, action, session, text, event, true));
      head.append(second);
    }
    // The whole block is a target for the mouse, but text may still be selected in it.
    pre.addEventListener("click", (event) => { if (getSelection().isCollapsed) start(event); });
    if (doneBlocks().has(key)) block.classList.add("done");
  };

  // `%terminal_url%` means the terminal beside the notes; a session below it, a window of its own.
  const terminals = document.documentElement.dataset.terminalBase?.replace(/session\/$/, "");
  const isTerminal = (link) => link.origin === location.origin && `${link.pathname}/` === terminals;
  const isTerminalWindow = (link) => Boolean(terminals) && link.pathname.startsWith(terminals);

  const dressAll = () => {
    notes.querySelectorAll("pre[data-action], pre[data-note]").forEach(dress);
    // What scrolls sideways must be reachable by keys.
    for (const wide of notes.querySelectorAll("pre, table")) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    }
    for (const link of notes.querySelectorAll("article a[href]")) {
      if (isTerminal(link)) continue;
      if (link.origin !== location.origin || isTerminalWindow(link)) {
        link.target = "_blank";
        link.classList.add("away");
      }
    }
  };

  /* Turning a page takes the new text and leaves the terminals as they are. */
  const isPage = (url) => {
    const base = notes.dataset.base;
    const path = url.origin === location.origin ? url.pathname : "";
    return Boolean(base) && (path === base || path.startsWith(`${base}page/`));
  };
  let latest = 0;
  let shown = location.pathname;
  const turnTo = async (url, push) => {
    const mine = ++latest;
    notes.setAttribute("aria-busy", "true");
    try {
      const headers = { "X-XSRFToken": document.documentElement.dataset.xsrf };
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(15000) });
      const isHtml = answer.headers.get("content-type")?.startsWith("text/html");
      if (answer.status === 403 || !isHtml) throw new Error("log in again");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== latest) return;
      if (!page.querySelector("#notes article")) throw new Error("no page of ours");
      notes.replaceChildren(...page.getElementById("notes").childNodes);
      document.getElementById("contents").replaceChildren(...page.getElementById("contents").childNodes);
      document.title = page.title;
      if (push) history.pushState(null, "", url);
      shown = url.pathname;
      dressAll();
      const anchor = url.hash && document.getElementById(decodeURIComponent(url.hash.slice(1)));
      if (anchor) anchor.scrollIntoView(); else notes.scrollTo({ top: 0, behavior: "instant" });
      notes.focus({ preventScroll: true });
      workshop.announce(notes.querySelector("article").dataset.title);
    } catch {
      if (mine === latest) location.assign(url); // the whole page, which may ask to log in
    } finally {
      if (mine === latest) notes.removeAttribute("aria-busy");
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    for (const drop of document.querySelectorAll("details.drop[open]")) {
      if (!drop.contains(event.target) || link || event.target.closest("button")) drop.open = false;
    }
    if (link && isTerminal(link)) {
      event.preventDefault();
      workshop.revealTerminal();
      workshop.focusTerminal();
      return;
    }
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const url = new URL(link.href);
    if (link.target || !isPage(url) || (url.pathname === location.pathname && url.hash)) return;
    event.preventDefault();
    turnTo(url, true);
  });
  document.addEventListener("keydown", (event) => {
    const drop = event.key === "Escape" && document.querySelector("details.drop[open]");
    if (drop) { drop.open = false; drop.querySelector("summary").focus(); }
  });
  // Clicks inside a terminal's frame are not seen here, but the focus going there is.
  window.addEventListener("blur", () => {
    for (const drop of document.querySelectorAll("details.drop[open]")) drop.open = false;
  });
  window.addEventListener("popstate", () => {
    // A jump inside the page is told here too, and needs nothing of us.
    if (location.pathname !== shown && isPage(new URL(location.href))) turnTo(new URL(location.href), false);
  });

  if (notes) dressAll();
})();
