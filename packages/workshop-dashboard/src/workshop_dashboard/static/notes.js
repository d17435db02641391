/* The notes: blocks that run or copy, turning pages without losing the terminals, drop-downs.
   Used by the dashboard and by a site made with `workshop-notes build`, where running is copying. */
(() => {
  "use strict";
  const notes = document.getElementById("notes");
  const workshop = window.workshop ?? {
    hasTerminals: false,
    announce: (sentence) => { document.getElementById("state").textContent = sentence; },
  };
  // Kind of a block -> its picture, and what its button says where the author says nothing.
  const WORDS = {
    execute: ["icon-run", "Run"],
    input: ["icon-run", "Type"],
    interrupt: ["icon-stop", "Interrupt"],
    clear: ["icon-run", "Clear"],
    select: ["icon-run", "Go to terminal"],
    copy: ["icon-copy", "Copy"],
    edit: ["icon-edit", "Copy to edit"],
    "open-url": ["icon-open", "Open"],
    "open-tab": ["icon-open", "Open"],
    "create-tab": ["icon-open", "Open"],
    "reload-tab": ["icon-open", "Open"],
    "delete-tab": ["icon-stop", "Close"],
    preview: ["icon-open", "Show"],
    finish: ["icon-done", "Finish"],
    leave: ["icon-stop", "End the session"],
    download: ["icon-copy", "Download"],
    "copy-file": ["icon-copy", "Copy"],
    upload: ["icon-open", "Upload"],
    editor: ["icon-edit", "Edit"],
    test: ["icon-done", "Check"],
    heading: ["icon-list", ""],
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
  const keysOf = (kind, text, details = {}) => {
    if (kind === "interrupt") return "\x03";
    if (kind === "clear") return "clear\r";
    if (kind === "input") return text.replaceAll("\n", "\r") + (details.endl === "false" ? "" : "\r");
    const before = details.clear === "true" ? "clear\r" : "";
    return before + text.split("\n").map((line) => (CTRL_C.test(line.trim()) ? "\x03" : `${line}\r`)).join("");
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

  // What is done stays so in this browser: the path holds the name of the session's user.
  const memory = `workshop-done:${notes?.dataset.base ?? location.pathname}`;
  const doneBlocks = () => { try { return new Set(JSON.parse(localStorage.getItem(memory) ?? "[]")); } catch { return new Set(); } };
  const keep = (key) => { try { localStorage.setItem(memory, JSON.stringify([...doneBlocks().add(key)].slice(-2000))); } catch { /* refused */ } };

  const tick = (block, key) => {
    block.classList.remove("failed");
    block.classList.add("done");
    block.querySelector(".mark").setAttribute("aria-label", block.dataset.kind === "copied" ? "copied" : "done");
    keep(key);
  };

  const say = (sentence) => workshop.announce(sentence);
  const copyAnd = async (text, after) => {
    const done = await copy(text);
    say(done ? after : "The browser did not let us copy: select the text.");
    return done;
  };
  /* Only addresses of the web are opened, whatever a page says. */
  const webAddress = (text) => {
    try {
      const url = new URL(text, location.href);
      return /^https?:$/.test(url.protocol) ? url.href : null;
    } catch { return null; }
  };
  const ownTabs = new Map(); // name of a tab of the other system -> [address, window]
  const openTab = (name, address) => {
    if (workshop.openTab?.(name, address)) return true;
    const url = webAddress(address);
    if (!url) return false;
    ownTabs.set(name, [url, window.open(url, `workshop-${name.replace(/\W/g, "-")}`)]);
    say(`Opened ${name} in a window of its own.`);
    return true;
  };
  const showTab = (name, address) => {
    const terminal = /^terminal:(.+)$/.exec(address);
    if (terminal || (!address && /^terminals?$/i.test(name))) {
      workshop.revealTerminal?.();
      if (terminal) return workshop.openTerminal?.(terminal[1]) ?? false;
      workshop.focusTerminal?.();
      return Boolean(workshop.hasTerminals);
    }
    const known = address || ownTabs.get(name)?.[0] || document.documentElement.dataset[`${name.toLowerCase()}Url`];
    if (known) return openTab(name, known);
    if (workshop.openTab?.(name)) return true;
    say(`There is no tab ${name} here.`);
    return false;
  };
  const showImage = (source, alt) => {
    const dialog = make("dialog", "picture");
    const image = make("img");
    image.src = source;
    image.alt = alt;
    const close = make("button", "close", "Close");
    close.addEventListener("click", () => dialog.close());
    dialog.append(image, close);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    return true;
  };
  const finish = () => {
    const link = document.querySelector(".turn .leave");
    if (link) link.click();
    else if (!workshop.finish?.()) say("You have reached the end. Well done!");
    return true;
  };
  const leave = () => workshop.leave?.() || finish();

  /* What the session's own server does: change a file, run a test, give and take files. */
  const sessionBase = notes?.dataset.base && document.documentElement.dataset.xsrf ? notes.dataset.base : null;
  const xsrf = document.documentElement.dataset.xsrf ?? "";
  const ask = async (what, body) => {
    const answer = await fetch(`${sessionBase}${what}`, {
      method: "POST",
      headers: { "X-XSRFToken": xsrf, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) return { success: false, message: answer.status === 404 ? "The workshop does not have it." : `The server answers ${answer.status}.` };
    return answer.json();
  };
  const showResult = (block, kind, fill) => {
    block.querySelector(".result")?.remove();
    const result = make("div", `result ${kind}`);
    result.setAttribute("role", "status");
    fill(result);
    block.append(result);
  };
  const showFile = (block, answer) => showResult(block, answer.success ? "" : "bad", (result) => {
    if (!answer.lines) { result.append(make("p", "", answer.message)); return; }
    result.append(make("p", "", answer.file));
    const list = make("ol", "lines");
    list.start = answer.first;
    for (const [line, selected] of answer.lines) list.append(make("li", selected ? "selected" : "", line || " "));
    result.append(list);
  });
  const CLOSING = /^close-/;
  const editFile = async ({ text, details, block }) => {
    if (CLOSING.test(details.command)) { say("What is open stays open: close it with its own button."); return true; }
    if (!sessionBase || details.command === "execute-command") {
      return copyAnd(text || details.file || details.src || "", text ? `Copied: it belongs into ${details.file}.` : "Copied the name of the file.");
    }
    if (await workshop.settleFiles?.() === false) {
      say("Save or close the file in the Files tab first.");
      return false;
    }
    const answer = await ask("edit", { details, text });
    showFile(block, answer);
    if (answer.path) workshop.showFile?.(answer.path, answer.range);
    say(answer.message ?? `Done: ${details.file}`);
    return answer.success;
  };
  /* The questions of a check: what the other system describes as a schema, in its simple forms. */
  const makeForm = (schema) => {
    const form = make("form", "inputs");
    for (const [name, about] of Object.entries(schema)) {
      const label = make("label", "", about.title ?? name);
      const choices = Array.isArray(about.enum) ? about.enum : null;
      const field = make(choices ? "select" : "input");
      for (const choice of choices ?? []) { const option = make("option", "", choice); option.value = choice; field.append(option); }
      if (!choices) field.type = { integer: "number", number: "number", boolean: "checkbox", password: "password" }[about.type] ?? "text";
      field.name = name;
      field.required = about.required === "true";
      if (about.default !== undefined) field.value = about.default;
      label.append(field);
      form.append(label);
    }
    return form;
  };
  const pause = (seconds) => new Promise((settle) => { setTimeout(settle, seconds * 1000); });
  const runTest = async ({ details, block }) => {
    if (!sessionBase || details.url) { say("This check cannot be run here."); return false; }
    const fields = block.querySelector("form.inputs");
    if (fields && !fields.reportValidity()) return false;
    const form = fields ? Object.fromEntries(new FormData(fields)) : undefined;
    let left = /inf/i.test(details.retries ?? "") ? Infinity : Number(details.retries) || 0;
    for (;;) {
      const answer = await ask("test", { name: details.name, args: details.args ?? [], timeout: details.timeout, form });
      if (answer.success || left <= 0 || !block.isConnected) {
        showResult(block, answer.success ? "" : "bad", (result) => result.append(make("p", "", answer.success ? "Passed." : answer.message || "Not yet.")));
        say(answer.success ? "The check passed." : "The check did not pass.");
        return answer.success;
      }
      left -= 1;
      await pause(Number(details.delay) || 1);
    }
  };
  const fileAddress = (path) => {
    const base = document.documentElement.dataset.terminalBase?.replace(/terminal\/session\/$/, "files/home/");
    return base && base + path.replace(/^(~|\$HOME)\//, "").split("/").map(encodeURIComponent).join("/");
  };
  const download = ({ details }) => {
    const address = details.url ? webAddress(details.url) : fileAddress(details.path);
    if (!address || (!details.url && !sessionBase)) return copyAnd(details.path ?? "", "Copied the name of the file.");
    const link = make("a");
    link.href = address;
    link.download = details.download ?? (details.path ?? "").split("/").pop();
    link.click();
    say("Downloading.");
    return true;
  };
  const copyFile = async ({ details }) => {
    const address = details.url ? webAddress(details.url) : sessionBase && fileAddress(details.path);
    try {
      const answer = await fetch(address, { headers: details.url ? {} : { "X-XSRFToken": xsrf } });
      if (!answer.ok) throw new Error("no file");
      return await copyAnd(await answer.text(), "Copied the file.");
    } catch {
      say(`There is no ${details.path ?? details.url}.`);
      return false;
    }
  };
  const MOST_SHOWN = 50_000;
  /* Show the text of a file in its block, before it is taken. */
  const preview = async (block, details) => {
    const address = details.url ? webAddress(details.url) : sessionBase && fileAddress(details.path ?? "");
    const headers = details.url ? {} : { "X-XSRFToken": xsrf };
    const answer = address && await fetch(address, { headers }).catch(() => null);
    const text = answer?.ok ? await answer.text() : "";
    if (!text || text.includes("\0")) return;
    const shown = make("pre");
    shown.append(make("code", "", text.slice(0, MOST_SHOWN)));
    shown.tabIndex = 0;
    block.append(shown);
  };
  const upload = ({ details }) => new Promise((settle) => {
    if (!sessionBase) { say("There is no session to take files."); settle(false); return; }
    const field = make("input");
    field.type = "file";
    field.multiple = !details.path;
    field.addEventListener("cancel", () => settle(false));
    field.addEventListener("change", async () => {
      const sent = await Promise.all([...field.files].map(async (file) => {
        const folder = details.directory ?? "uploads";
        const answer = await fetch(fileAddress(`${folder}/${details.path ?? file.name}`), {
          method: "PUT", body: file, headers: { "X-XSRFToken": xsrf, "If-Match": "*" },
        });
        return answer.ok;
      }));
      say(sent.every(Boolean) ? "Uploaded." : "Not all files could be uploaded.");
      settle(sent.every(Boolean));
    });
    field.click();
  });

  /* Each takes ({ text, session, details, event }) and says, perhaps later, whether it was done. */
  const DOING = {
    "open-url": ({ text }) => { const url = webAddress(text); if (url) window.open(url, "_blank", "noopener"); return Boolean(url); },
    "open-tab": ({ details }) => showTab(details.name ?? "", ""),
    "create-tab": ({ text, details }) => showTab(details.name ?? "", text),
    "reload-tab": ({ text, details }) => workshop.reloadTab?.(details.name ?? "", text) || showTab(details.name ?? "", text),
    "delete-tab": ({ details }) => { ownTabs.get(details.name)?.[1]?.close(); workshop.closeTab?.(details.name); return true; },
    select: ({ session }) => { workshop.revealTerminal?.(); return workshop.openTerminal?.(session) ?? false; },
    preview: ({ details }) => showImage(webAddress(details.src ?? details.url) ?? "", details.alt ?? ""),
    finish,
    leave,
    heading: () => true,
    download,
    "copy-file": copyFile,
    upload,
    editor: editFile,
    test: runTest,
  };

  const runIn = async ({ kind, text, session, details, event }) => {
    // What begins by itself takes nobody away from what they read.
    if (event.isTrusted) workshop.revealTerminal();
    const done = await workshop.send(session, keysOf(kind, text, details));
    if (done && event.detail > 0 && details.focus !== "false") workshop.followMouse(session);
    if (done && event.detail === 0 && event.isTrusted) workshop.followKeys(session);
    if (done) say(session === "*" ? "Sent to all terminals." : `Sent to terminal ${session}.`);
    return done;
  };

  const carryOut = async (block, key, asked, onlyCopy) => {
    const { kind, text, details } = asked;
    block.classList.add("busy");
    let done;
    if (!onlyCopy && RUNNING.has(kind) && workshop.hasTerminals) done = await runIn(asked);
    else if (!onlyCopy && DOING[kind]) done = await DOING[kind](asked);
    else done = await copyAnd(text, kind === "edit" ? "Copied: change it before you run it." : "Copied.");
    block.classList.remove("busy");
    block.dataset.ended = String(Date.now());
    block.classList.toggle("failed", !done);
    if (done) tick(block, key);
    if (done && details.cascade === "true" && !onlyCopy) {
      const all = [...notes.querySelectorAll(".block")];
      startBlock.get(all[all.indexOf(block) + 1])?.({ detail: 0 });
    }
  };

  const startBlock = new WeakMap(); // block -> what a click on it does
  /* Seconds in which a second click does nothing; `.INF`: once and no more. */
  const cooling = (block, details) => {
    if (!details.cooldown || !block.dataset.ended) return false;
    const given = Number(details.cooldown) || 0;
    const seconds = /inf/i.test(details.cooldown) || given < 0 ? Infinity : given;
    return Date.now() - Number(block.dataset.ended) < seconds * 1000;
  };

  const readDetails = (pre) => { try { return JSON.parse(pre.dataset.details ?? "{}"); } catch { return {}; } };

  /* The text of a block without the marks of callouts, which stay to be seen. */
  const cleanCode = (pre) => {
    const code = make("code");
    const copied = [];
    for (const node of pre.querySelector("code")?.childNodes ?? pre.childNodes) {
      const said = node.textContent.replace(HIDING, "");
      if (node.classList?.contains("conum")) code.append(make("b", "conum", said));
      else { code.append(said); copied.push(said); }
    }
    const marked = code.querySelector(".conum");
    const text = copied.join("");
    return [code, marked ? text.replace(/[ \t]*(#|\/\/|--|;;)?[ \t]*$/gm, "") : text];
  };

  const dress = (pre, place) => {
    const { action, session = "1", note, title } = pre.dataset;
    if (note) { pre.before(make("p", "problem", note)); }
    if (!WORDS[action] || pre.closest(".block")) return;
    const details = readDetails(pre);
    // What runs is what is seen: plain text, and no character that hides or turns around others.
    const [code, text] = cleanCode(pre);
    pre.replaceChildren(code);
    const running = RUNNING.has(action) && workshop.hasTerminals;
    const acting = running || Boolean(DOING[action]);
    const [picture, word] = acting || !RUNNING.has(action) ? WORDS[action] : WORDS.copy;
    const key = `${notes.querySelector("article").dataset.page}#${place}`;

    const block = make("div", `block ${acting ? "runs" : action === "edit" ? "edits" : "copies"}`);
    block.hidden = details.hidden === "true";
    const head = make("div", "head");
    const where = running && session !== "1" ? (session === "*" ? " in all terminals" : ` in terminal ${session}`) : "";
    const label = title || (action === "select" ? `${word} ${session}` : word + where);
    const main = make("button", "main");
    main.type = "button";
    main.append(icon(picture), make("span", "", label));
    main.setAttribute("aria-label", text && !label.includes(text) ? `${label}: ${text}` : label);
    main.title = running ? "Click to run, Shift+click to copy" : label;
    const mark = make("span", "mark");
    mark.setAttribute("role", "img");
    mark.append(icon("icon-done"));
    head.append(main, mark);
    pre.replaceWith(block);
    block.append(head);
    if (details.description) block.append(make("p", "description", details.description));
    if (text) block.append(pre);
    if (details.preview === "true" && sessionBase) preview(block, details);
    if (action === "test" && details.inputs?.schema && sessionBase) {
      const form = makeForm(details.inputs.schema);
      form.addEventListener("submit", (event) => { event.preventDefault(); start(event); });
      block.append(form);
    }
    const start = (event) => {
      if (block.classList.contains("busy") || cooling(block, details)) return undefined;
      const asked = { kind: action, text, session, details, event, block };
      return carryOut(block, key, asked, Boolean(event.shiftKey && text));
    };
    startBlock.set(block, start);
    if (details.autostart === "true") block.dataset.autostart = "";
    main.addEventListener("click", start);
    if (acting && text) {
      const second = make("button", "second");
      second.type = "button";
      second.title = "Copy";
      second.setAttribute("aria-label", `Copy: ${text}`);
      second.append(icon("icon-copy"));
      second.addEventListener("click", () => copyAnd(text, "Copied."));
      head.append(second);
    }
    // The whole block is a target for the mouse, but text may still be selected in it.
    pre.addEventListener("click", (event) => { if (getSelection().isCollapsed) start(event); });
    if (doneBlocks().has(key)) block.classList.add("done");
  };

  /* A small button behind `code` that is to be copied. */
  const dressInline = (mark) => {
    const code = mark.previousElementSibling;
    if (code?.tagName !== "CODE") { mark.remove(); return; }
    const button = make("button", "inline-copy");
    button.type = "button";
    button.setAttribute("aria-label", `Copy: ${code.textContent}`);
    button.append(icon("icon-copy"));
    button.addEventListener("click", () => copyAnd(code.textContent, "Copied."));
    mark.replaceWith(button);
  };

  /* Blocks that begin by themselves, when they come to be seen; only where there is a shell, and not for a guest,
     as who has the session may have written them. */
  const autostart = (within) => {
    if (!workshop.hasTerminals || "guest" in document.documentElement.dataset) return;
    for (const block of within.querySelectorAll(".block[data-autostart]")) {
      if (block.closest("details.section:not([open])")) continue;
      startBlock.get(block)?.({ detail: 0 });
    }
  };

  // `%terminal_url%` means the terminal beside the notes; a session below it, a window of its own.
  const terminals = document.documentElement.dataset.terminalBase?.replace(/session\/$/, "");
  const isTerminal = (link) => link.origin === location.origin && `${link.pathname}/` === terminals;
  const isTerminalWindow = (link) => Boolean(terminals) && link.pathname.startsWith(terminals);

  const isPage = (url) => {
    const base = notes.dataset.base;
    const path = url.origin === location.origin ? url.pathname : "";
    return Boolean(base) && (path === base || path.startsWith(`${base}page/`));
  };
  const dressAll = (isSame = false) => {
    notes.querySelectorAll("pre[data-action], pre[data-note]").forEach(dress);
    notes.querySelectorAll("sup.inline-copy").forEach(dressInline);
    for (const section of notes.querySelectorAll("details.section")) {
      section.addEventListener("toggle", () => {
        if ("again" in section.dataset) delete section.dataset.again; else if (section.open) autostart(section);
      });
    }
    // A box of a list of tasks is read out with its words.
    for (const box of notes.querySelectorAll(".task-list-item-checkbox")) {
      box.setAttribute("aria-label", box.closest("li").textContent.trim());
    }
    if (!isSame) autostart(notes);
    markRead();
    // What scrolls sideways must be reachable by keys.
    for (const wide of notes.querySelectorAll("pre, table")) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    }
    for (const link of notes.querySelectorAll("article a[href]")) {
      if (isTerminal(link) || workshop.hasTabFor?.(link)) continue;
      // The console, the slides and files of this server must not take the terminals' place.
      const leaves = Boolean(notes.dataset.base) && !isPage(new URL(link.href)) && !link.hash;
      const toSlides = Boolean(notes.dataset.base) && /\/slides(\/|$)/.test(link.pathname);
      if (link.origin !== location.origin || isTerminalWindow(link) || leaves || toSlides) {
        link.target = "_blank";
        link.classList.add("away");
      }
    }
  };

  /* The list of pages: what has been read is marked, and all words can be searched. */
  const seen = `workshop-read:${notes?.dataset.base ?? ""}`;
  const markRead = () => {
    let read;
    try { read = new Set(JSON.parse(localStorage.getItem(seen) ?? "[]")); } catch { read = new Set(); }
    const now = document.querySelector(".pages .all a[aria-current]");
    if (now) read.add(now.pathname);
    try { localStorage.setItem(seen, JSON.stringify([...read].slice(-2000))); } catch { /* refused */ }
    for (const link of document.querySelectorAll(".pages .all a")) {
      link.parentElement.classList.toggle("read", read.has(link.pathname) && link !== now);
    }
  };
  const indexes = new Map(); // address -> promise of the index
  const loadIndex = (field) => {
    const url = new URL(field.dataset.search, location.href);
    const base = /search\.json$/.test(url.pathname) && url.pathname.includes("/_workshop/") ? new URL("../", url) : location.href;
    if (!indexes.has(url.href)) {
      indexes.set(url.href, fetch(url).then((answer) => answer.json())
        .then((pages) => pages.map((page) => ({ ...page, url: new URL(page.url, base).href, low: `${page.title} ${page.text}`.toLowerCase() })))
        .catch(() => { indexes.delete(url.href); return []; }));
    }
    return indexes.get(url.href);
  };
  const snippet = (page, word) => {
    const small = make("small");
    const place = page.text.toLowerCase().indexOf(word);
    if (place < 0) return small;
    const start = Math.max(0, place - 40);
    small.append(`${start ? "\u2026" : ""}${page.text.slice(start, place)}`, make("mark", "", page.text.slice(place, place + word.length)), `${page.text.slice(place + word.length, place + word.length + 60)}\u2026`);
    return small;
  };
  const searchFor = async (field) => {
    const nav = field.closest("nav");
    const [found, hits, all] = [".found", ".hits", ".all"].map((part) => nav.querySelector(part));
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pages = words.length ? await loadIndex(field) : [];
    if (field.value.toLowerCase().split(/\s+/).filter(Boolean).join(" ") !== words.join(" ")) return;
    const fitting = pages.filter((page) => words.every((word) => page.low.includes(word)));
    hits.hidden = found.hidden = !words.length;
    all.hidden = Boolean(words.length);
    found.textContent = fitting.length === 1 ? "1 page" : `${fitting.length} pages`;
    hits.replaceChildren(...fitting.slice(0, 30).map((page) => {
      const item = make("li");
      const link = make("a", "", page.title);
      link.href = page.url;
      link.append(snippet(page, words[0]));
      item.append(link);
      return item;
    }));
  };
  document.addEventListener("input", (event) => { if (event.target.dataset?.search) searchFor(event.target); });

  /* Turning a page takes the new text and leaves the terminals as they are. With `isSame` it is the page
     that is there, changed by its author: who reads it stays where they are, and what is open stays so. */
  let latest = 0;
  let shown = location.pathname;
  const turnTo = async (url, push, isSame = false) => {
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
      // Scripts of a trusted workshop run only in a page that is loaded whole.
      if (page.querySelector("#notes article script")) throw new Error("scripts");
      const place = notes.scrollTop;
      const hadKeys = notes.contains(document.activeElement);
      const opened = [...notes.querySelectorAll("details")].map((each) => each.open);
      notes.replaceChildren(...page.getElementById("notes").childNodes);
      document.getElementById("contents").replaceChildren(...page.getElementById("contents").childNodes);
      document.title = page.title;
      if (push) history.pushState(null, "", url);
      shown = url.pathname;
      dressAll(isSame);
      if (isSame) {
        [...notes.querySelectorAll("details")].forEach((each, number) => {
          if (opened[number] && !each.open) { each.dataset.again = ""; each.open = true; }
        });
        notes.scrollTo({ top: place, behavior: "instant" });
        if (hadKeys) notes.focus({ preventScroll: true });
        return;
      }
      const anchor = url.hash && document.getElementById(decodeURIComponent(url.hash.slice(1)));
      if (anchor) anchor.scrollIntoView(); else notes.scrollTo({ top: 0, behavior: "instant" });
      notes.focus({ preventScroll: true });
      workshop.announce(notes.querySelector("article").dataset.title);
    } catch {
      // The whole page, which may ask to log in; where the session has ended, what is read stays.
      if (mine === latest && !await workshop.checkSession?.()) location.assign(url);
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
  /* n and p turn the page, while the keys are the notes' own. */
  notes?.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const way = { n: ".turn a[rel=next]", p: ".turn a[rel=prev]" }[event.key];
    const link = way && notes.querySelector(way);
    if (!link) return;
    event.preventDefault();
    link.click();
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

  /* While an author writes: wait for the next version and show it, without losing the terminals. */
  const follow = async (address) => {
    let since = "";
    for (;;) {
      try {
        const answer = await fetch(`${address}?since=${encodeURIComponent(since)}`);
        if (!answer.ok) throw new Error("no answer");
        const version = await answer.text();
        if (since && version !== since) {
          if (notes.dataset.base) await turnTo(new URL(location.href), false, true); else location.reload();
        }
        since = version;
      } catch { await new Promise((settle) => { setTimeout(settle, 2000); }); }
    }
  };
  if (notes?.dataset.changes) follow(notes.dataset.changes);

  if (notes) dressAll();
})();
