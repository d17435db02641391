/* The files of the home: browse, edit a text, make, rename, delete. What goes up and down, and asks
   about names that are taken, is the terminal's own files.js, loaded after this one. */
(() => {
  "use strict";
  const { prefix, xsrf } = JSON.parse(document.body.dataset.terminal);
  const nonce = document.currentScript.nonce;
  const $ = (id) => document.getElementById(id);
  const MOST_TEXT = 1024 * 1024; // bytes of a file that is edited here
  const ANSWER = 60000; // milliseconds for the server
  const HIDDEN = "workshop-files-hidden";
  const SILENT = "The server does not answer. What you have written is still here.";
  let folder = "";
  let current = null; // the open file: {path, etag, saved, lineBreak}
  let editor = null;

  // --- the server ---
  /* A name that is no UTF-8 comes as half a character, which no address can hold. */
  const encode = (path) => {
    try { return path.split("/").map(encodeURIComponent).join("/"); } catch {
      throw new Error("The name is no UTF-8. Rename it or delete it in the terminal.");
    }
  };
  const hasAddress = (path) => { try { return Boolean(encode(path)); } catch { return false; } };
  const join = (where, name) => (where ? `${where}/${name}` : name);
  const place = (path) => (path ? `~/${path}` : "~");
  const request = async (method, path, options = {}) => {
    const headers = { "X-XSRFToken": xsrf, Accept: "application/json", ...options.headers };
    try {
      return await fetch(`${prefix}files/${path}`, {
        redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(ANSWER), method, ...options, headers,
      });
    } catch { throw new Error(SILENT); }
  };
  const explain = async (answer) => {
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    const said = isJson ? (await answer.json().catch(() => ({}))).message : "";
    return new Error(said || (answer.status ? `The server answers ${answer.status}.` : "Log in again: reload the page."));
  };
  const change = async (path, body) => {
    const answer = await request("POST", `change/${encode(path)}`, {
      body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
    });
    if (!answer.ok) throw await explain(answer);
    return answer.json();
  };
  const put = async (path, text, etag) => request("PUT", `home/${encode(path)}`, {
    body: new TextEncoder().encode(text), headers: etag ? { "If-Match": etag } : {},
  });

  // --- words ---
  const say = (sentence) => { $("news").textContent = sentence; };
  const fail = (sentence) => {
    $("trouble").textContent = sentence;
    $("trouble").hidden = !sentence;
  };
  /* Do something that may fail; whatever it was is told. */
  const attempt = async (work) => {
    fail("");
    try { return await work(); } catch (error) { fail(error.message); return undefined; }
  };
  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  };
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#icon-${name}`);
    svg.append(use);
    return svg;
  };
  const button = (words, act, picture) => {
    const made = make("button", picture ? "picture" : "", picture ? "" : words);
    made.type = "button";
    if (picture) { made.append(icon(picture)); made.title = words.split(" ")[0]; made.setAttribute("aria-label", words); }
    made.addEventListener("click", act);
    return made;
  };
  const showSize = (count) => {
    const units = ["B", "KiB", "MiB", "GiB"];
    let unit = 0;
    for (; count >= 1024 && unit < units.length - 1; unit += 1) count /= 1024;
    return `${unit ? count.toFixed(1) : count} ${units[unit]}`;
  };

  /* Ask in the page. Resolves to {choice: "yes" | "other" | "cancel", value}. */
  const ask = ({ title, text = "", label = "", value = "", yes, other = "", danger = false }) => {
    const dialog = $("ask");
    $("ask-title").textContent = title;
    $("ask-text").textContent = text;
    $("ask-text").hidden = !text;
    $("ask-line").hidden = !label;
    $("ask-label").textContent = label;
    $("ask-value").value = value;
    $("ask-value").required = Boolean(label);
    $("ask-yes").textContent = yes;
    $("ask-yes").classList.toggle("danger", danger);
    $("ask-other").textContent = other;
    $("ask-other").hidden = !other;
    dialog.returnValue = "cancel";
    dialog.showModal();
    if (label) {
      const dot = value.lastIndexOf(".");
      $("ask-value").focus();
      $("ask-value").setSelectionRange(0, dot > 0 ? dot : value.length);
    }
    return new Promise((settle) => {
      dialog.addEventListener("close", () => settle({ choice: dialog.returnValue || "cancel", value: $("ask-value").value }), { once: true });
    });
  };
  // Enter in the line is yes, whichever button stands first.
  $("ask-value").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    $("ask-yes").click();
  });

  // --- the folder ---
  let drawn = "";
  /* Show what is in the folder `where`, all of it or nothing: what is shown is what buttons act on. */
  const draw = ({ entries, more }, where) => {
    const withHidden = $("hidden-too").checked;
    const listed = entries.filter((entry) => withHidden || !entry.name.startsWith("."));
    // A click that brings the focus here has the folder looked at again: its button must not be replaced
    // while it is held down.
    const state = JSON.stringify([where, listed, more, current?.path]);
    if (state === drawn) return;
    drawn = state;
    const focused = document.activeElement?.closest?.("#entries li")?.dataset.name;
    const items = listed.map((entry) => drawEntry(entry, join(where, entry.name)));
    $("zip").href = `${prefix}files/archive/${encode(where)}`;
    folder = where;
    $("entries").replaceChildren(...items);
    $("empty").hidden = listed.length > 0;
    $("more").hidden = !more;
    drawCrumbs();
    if (focused) [...$("entries").children].find((item) => item.dataset.name === focused)?.querySelector("button")?.focus();
  };
  const drawCrumbs = () => {
    const names = folder ? folder.split("/") : [];
    const crumbs = ["Home", ...names].map((name, depth) => {
      const made = button(name, () => browse(names.slice(0, depth).join("/")));
      if (depth === names.length) made.setAttribute("aria-current", "location");
      return made;
    });
    $("crumbs").replaceChildren(...crumbs.flatMap((crumb, depth) => (depth ? [make("span", "", "/"), crumb] : [crumb])));
  };
  const drawEntry = (found, path) => {
    const entry = hasAddress(path) ? found : { ...found, kind: "other", name: found.name.replace(/\p{Surrogate}/gu, "\ufffd") };
    const item = make("li", entry.kind);
    item.dataset.name = entry.name;
    if (current?.path === path) item.classList.add("open");
    const name = button("", () => (entry.kind === "folder" ? browse(path) : open(path)));
    name.className = "name";
    name.append(icon(entry.kind === "folder" ? "folder" : "file"), make("span", "", entry.name));
    name.disabled = entry.kind === "other";
    const size = make("span", "size quiet", entry.kind === "file" ? showSize(entry.size) : "");
    const acts = make("span", "acts");
    if (entry.kind === "file") {
      const down = make("a", "picture");
      down.href = `${prefix}files/home/${encode(path)}`;
      down.download = "";
      down.title = "Download";
      down.setAttribute("aria-label", `Download ${entry.name}`);
      down.append(icon("down"));
      acts.append(down);
    }
    acts.append(
      button(`Rename ${entry.name}`, () => rename(entry, path), "rename"),
      button(`Delete ${entry.name}`, () => remove(entry, path), "remove"),
    );
    item.append(name, size, acts);
    return item;
  };
  let latest = 0;
  const list = async (where) => {
    latest += 1;
    const mine = latest;
    const answer = await request("GET", `home/${where ? `${encode(where)}/` : ""}`);
    if (!answer.ok) throw await explain(answer);
    const found = await answer.json();
    if (mine !== latest) return;
    draw(found, where);
  };
  const browse = (where) => attempt(() => list(where));
  const refresh = () => attempt(() => list(folder));

  const askName = async (title, value, yes) => {
    const { choice, value: name } = await ask({ title, label: "Name", value, yes });
    return choice === "yes" ? name.trim().replace(/^\/+|\/+$/g, "") : "";
  };
  const newFile = async () => {
    const where = folder;
    const name = await askName("New file", "", "Make it");
    if (!name) return;
    await attempt(async () => {
      const answer = await put(join(where, name), "");
      if (!answer.ok) throw await explain(answer);
      await list(where);
      await open(join(where, name));
    });
  };
  const newFolder = async () => {
    const where = folder;
    const name = await askName("New folder", "", "Make it");
    if (!name) return;
    await attempt(async () => {
      const path = join(where, name);
      await change(path, { do: "folder" });
      await list(path);
      say(`${place(path)} is made.`);
    });
  };
  const rename = async (entry, from) => {
    const name = await askName(`Rename ${entry.name}`, entry.name, "Rename");
    if (!name || name === entry.name) return;
    await attempt(async () => {
      const to = from.slice(0, from.length - entry.name.length) + name;
      await change(from, { do: "rename", to });
      // What is open goes with its file, and with a folder above it.
      if (current && `${current.path}/`.startsWith(`${from}/`)) {
        current.path = to + current.path.slice(from.length);
        drawHead();
      }
      await list(folder);
      say(`${entry.name} is ${place(to)} now.`);
    });
  };
  const remove = async (entry, path) => {
    const isFolder = entry.kind === "folder";
    const { choice } = await ask({
      title: `Delete ${entry.name}?`, danger: true, yes: "Delete",
      text: isFolder ? "All that is in the folder is deleted with it. This cannot be undone." : "This cannot be undone.",
    });
    if (choice !== "yes") return;
    await attempt(async () => {
      await change(path, { do: "remove", whole: isFolder });
      if (current && `${current.path}/`.startsWith(`${path}/`)) shut();
      await list(folder);
      say(`${entry.name} is deleted.`);
      ($("entries").querySelector("button") ?? $("new-file")).focus();
    });
  };

  // --- the text ---
  /* Where the editor cannot be had: a field for text, with the same verbs. */
  const makeTextField = (parent, { onChange, onSave }) => {
    const area = make("textarea");
    let lineBreak = "\n";
    const offset = ([line, column]) => area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0) + column;
    area.setAttribute("aria-label", "Text of the file");
    area.spellcheck = false;
    area.addEventListener("input", onChange);
    area.addEventListener("keydown", (event) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      onSave();
    });
    parent.append(area);
    return {
      show: (text, path, ends) => { lineBreak = ends; area.value = text; },
      read: () => area.value.replaceAll("\n", lineBreak),
      replace: (text) => { area.value = text; },
      select: ([from, to]) => { area.focus(); area.setSelectionRange(offset(from), offset(to)); },
      focus: () => area.focus(),
    };
  };
  const loadEditor = () => new Promise((settle) => {
    const script = make("script");
    script.src = document.body.dataset.editor;
    script.nonce = nonce;
    script.addEventListener("load", () => settle(window.makeTextEditor));
    script.addEventListener("error", () => settle(null));
    if (document.body.dataset.editor) document.head.append(script); else settle(null);
  });
  const getEditor = async () => {
    const make_ = window.makeTextEditor ?? await loadEditor() ?? makeTextField;
    editor ??= make_($("text"), { nonce, onChange: drawHead, onSave: () => save() });
    return editor;
  };
  const isDirty = () => Boolean(current) && editor.read() !== current.saved;
  function drawHead() {
    $("edit-name").textContent = current ? place(current.path) : "";
    $("unsaved").hidden = !isDirty();
    $("save").disabled = !isDirty();
  }

  /* The text of a file and the ends of its lines; each character stays as it is. */
  const read = async (path) => {
    const answer = await request("GET", `home/${encode(path)}`);
    if (answer.type === "opaqueredirect") throw new Error(`${place(path)} is a folder.`);
    if (!answer.ok) throw await explain(answer);
    const size = Number(answer.headers.get("content-length"));
    if (size > MOST_TEXT) {
      await answer.body.cancel();
      throw new Error(`${place(path)} has ${showSize(size)}, which is too much to edit here. Download it.`);
    }
    const text = decode(await answer.arrayBuffer());
    if (text === null) throw new Error(`${place(path)} is no text. Download it.`);
    const bare = text.replaceAll("\r\n", "");
    const lineBreak = text.includes("\r\n") && !/[\r\n]/.test(bare) ? "\r\n" : "\n";
    return { path, etag: answer.headers.get("etag"), saved: text, lineBreak };
  };
  const decode = (bytes) => {
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      return text.includes("\0") ? null : text;
    } catch { return null; }
  };

  /* Show a file; with `range`, [line, column] twice, what is selected in it. True if it is there. */
  const open = async (path, range) => Boolean(await attempt(async () => {
    if (current?.path === path && isDirty()) { showText(range); return true; }
    let [found, left] = [null, ""];
    do { // what is typed while the other file comes is asked about too
      if (!await mayLeave()) return false;
      left = current && editor.read();
      found = await read(path);
      await getEditor();
    } while (current && editor.read() !== left);
    const isSame = current?.path === path && current.lineBreak === found.lineBreak;
    current = found;
    $("conflict").hidden = true;
    $("edit").hidden = false;
    document.body.classList.add("editing");
    if (isSame) editor.replace(found.saved); else editor.show(found.saved, path, found.lineBreak);
    showText(range);
    refresh();
    return true;
  }));
  const showText = (range) => {
    drawHead();
    if (range) editor.select(range);
    editor.focus();
  };
  const shut = () => {
    current = null;
    $("edit").hidden = true;
    document.body.classList.remove("editing");
  };
  const mayLeave = async () => {
    if (isKept()) return true;
    const { choice } = await ask({
      title: `Save ${place(current.path)}?`, text: "It has changes that are not saved.", yes: "Save", other: "Discard them",
    });
    return choice === "other" || (choice === "yes" && saveAll());
  };
  const close = async () => {
    if (!await mayLeave() || !current) return;
    const name = current.path.split("/").pop();
    shut();
    await refresh();
    const item = [...$("entries").children].find((each) => each.dataset.name === name);
    (item?.querySelector("button") ?? $("new-file")).focus();
  };

  let saving = null;
  /* Save under the condition that the file is what was opened. Resolves to whether it is saved. */
  const save = (etag = current?.etag) => {
    saving ??= attempt(async () => {
      const opened = current; // another one may be open when the answer comes
      const { path } = opened;
      const text = editor.read();
      const answer = await put(path, text, etag);
      if (answer.status === 412 || answer.status === 409) {
        if (current === opened) tellConflict();
        return false;
      }
      if (!answer.ok) throw await explain(answer);
      Object.assign(opened, { saved: text, etag: answer.headers.get("etag") });
      if (current === opened) $("conflict").hidden = true;
      drawHead();
      say(`${place(path)} is saved.`);
      refresh();
      return true;
    }).then((done) => { saving = null; return Boolean(done); });
    return saving;
  };
  const isKept = () => !saving && !isDirty();
  /* Save, and again what was typed meanwhile. Resolves to whether all of it is saved. */
  const saveAll = async () => {
    while (!isKept()) if (!await save()) return false;
    return true;
  };
  const tellConflict = () => {
    $("conflict-text").textContent = `${place(current.path)} has changed on the disk since you opened it, or is gone. Nothing was overwritten.`;
    $("conflict").hidden = false;
    $("keep-both").focus();
  };
  const freeName = (path, count) => path.replace(/(\.[^./]+)?$/, (ending) => ` (mine${count > 1 ? ` ${count}` : ""})${ending}`);
  const keepBoth = () => attempt(async () => {
    const text = editor.read();
    const theirs = current.path;
    for (let count = 1; count < 100; count += 1) {
      const mine = freeName(theirs, count);
      const answer = await put(mine, text);
      if (answer.status === 409) continue;
      if (!answer.ok) throw await explain(answer);
      current.saved = text;
      await open(mine);
      say(`Yours is ${place(mine)}; ${place(theirs)} is as it was.`);
      return;
    }
  });
  const takeTheirs = async () => {
    const { path } = current;
    current.saved = editor.read();
    if (!await open(path)) { current.saved = null; drawHead(); } else say("This is the file as it is on the disk.");
  };

  /* What the shell has changed meanwhile is shown, unless there is something to lose. */
  const look = async () => {
    if (document.hidden || $("ask").open) return;
    await refresh();
    if (!current || saving) return;
    const { path, etag } = current;
    const answer = await request("HEAD", `home/${encode(path)}`).catch(() => null);
    if (!answer?.ok || current?.path !== path || current.etag !== etag || answer.headers.get("etag") === etag) return;
    if (isDirty()) { tellConflict(); return; }
    const found = await read(path).catch(() => null);
    if (!found || current?.path !== path || isDirty()) return;
    current = found;
    editor.replace(found.saved);
    drawHead();
    say(`${place(path)} has changed on the disk.`);
  };

  window.filesPanel = {
    place: async () => ({ folder, place: place(folder) }),
    refresh,
    /* Show a file in its folder. Resolves to whether it is there. */
    open: async (path, range) => {
      const above = path.split("/").slice(0, -1).join("/");
      if (above !== folder) await browse(above);
      return open(path, range);
    },
    /* Save what is open, before something else changes files. Resolves to whether nothing is open or lost. */
    settle: saveAll,
  };
  $("new-file").addEventListener("click", newFile);
  $("new-folder").addEventListener("click", newFolder);
  $("save").addEventListener("click", () => save());
  $("close").addEventListener("click", close);
  $("keep-both").addEventListener("click", keepBoth);
  $("take-theirs").addEventListener("click", takeTheirs);
  $("overwrite").addEventListener("click", () => save("*"));
  try { $("hidden-too").checked = localStorage.getItem(HIDDEN) === "yes"; } catch { /* refused */ }
  $("hidden-too").addEventListener("change", () => {
    try { localStorage.setItem(HIDDEN, $("hidden-too").checked ? "yes" : ""); } catch { /* refused */ }
    refresh();
  });
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  // A frame that is shown again has no event of its own.
  new IntersectionObserver(([seen]) => { if (seen.isIntersecting) look(); }).observe(document.body);
  addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });
  browse("");
})();
