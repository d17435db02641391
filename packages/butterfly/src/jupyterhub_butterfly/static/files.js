// Files up and down: dropped onto a terminal or a folder's page, chosen, or offered by a command in the
// shell. Nothing starts without a person's drop or click. Loaded after page.js on terminal pages. A page
// of an extension that shows folders is window.filesPanel: place() tells where files go, refresh() is
// called when they are there.

"use strict";

(function () {
  const page = window.terminalPage; // none on a folder's page
  const panel = window.filesPanel;
  const config = JSON.parse(document.body.dataset.terminal);
  const { prefix, xsrf, session } = config;
  const MOST_OFFERS = 4;
  const DONE = 7000; // ms that a finished one stays
  const MOST_COPIES = 99;

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(...children);
    return made;
  }

  function button(words, act) {
    const made = element("button", { type: "button" }, words);
    made.addEventListener("click", act);
    return made;
  }

  const rows = element("div", { id: "files-rows", role: "region", "aria-label": "File transfers" });
  const drop = element("div", { id: "files-drop", "aria-hidden": "true" });
  drop.hidden = true;
  document.body.append(rows, drop);
  // Keys for our buttons are none for the shell.
  for (const type of ["keydown", "keypress", "keyup"])
    rows.addEventListener(type, (event) => event.stopPropagation());

  function showSize(count) {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    for (; count >= 1024 && unit < units.length - 1; unit++) count /= 1024;
    return (unit ? count.toFixed(1) : count) + " " + units[unit];
  }

  function encode(path) {
    return path.split("/").map(encodeURIComponent).join("/");
  }

  function join(folder, name) {
    return folder ? folder + "/" + name : name;
  }

  // One line of the panel: words, and what can be done.
  class Row {
    constructor(kind) {
      this.words = element("span", { class: "words", role: "status", "aria-live": "polite" });
      this.bar = element("progress", { max: "1", value: "0", "aria-label": "Progress" });
      this.buttons = element("span", { class: "buttons" });
      this.box = element("div", { class: "files-row " + kind }, this.words, this.bar, this.buttons);
      this.bar.hidden = true;
      rows.append(this.box);
    }
    say(words, ...buttons) {
      this.words.textContent = words;
      this.buttons.replaceChildren(...buttons);
      this.bar.hidden = true;
    }
    progress(words, part) {
      if (this.words.textContent !== words) this.words.textContent = words;
      this.bar.hidden = false;
      this.bar.value = part;
    }
    done(words) {
      this.box.classList.add("done");
      this.say(words, this.closer());
      setTimeout(() => this.remove(), DONE);
    }
    fail(words) {
      this.box.classList.add("failed");
      this.say(words, this.closer());
    }
    closer() {
      const made = button("\u00d7", () => this.remove());
      made.setAttribute("aria-label", "Close");
      return made;
    }
    remove() {
      this.box.remove();
      if (page && page.screen && !rows.childElementCount) page.screen.focus();
    }
  }

  // Where a dropped file goes: the folder on the page, or the one in which the session's shell is.
  async function findPlace() {
    if (panel) return panel.place();
    if (!page) return { folder: config.folder, place: config.place };
    const answer = await fetch(prefix + "terminal/session/" + session + "/folder", {
      headers: { "X-XSRFToken": xsrf, Accept: "application/json" },
      redirect: "error",
    });
    if (!answer.ok) throw new Error("status " + answer.status);
    return answer.json();
  }

  async function exists(path) {
    const answer = await fetch(prefix + "files/home/" + encode(path), {
      method: "HEAD",
      headers: { "X-XSRFToken": xsrf, Accept: "application/json" },
      redirect: "manual", // to a folder's list: there is one of this name
    });
    return answer.ok || answer.type === "opaqueredirect";
  }

  function put(path, file, replace, row) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest(); // fetch cannot tell how far an upload is
      const stop = button("Cancel", () => request.abort());
      row.say("", stop);
      row.progress(file.name, 0);
      request.upload.onprogress = (event) =>
        row.progress(
          file.name + ": " + showSize(event.loaded) + " of " + showSize(file.size),
          file.size ? event.loaded / file.size : 1,
        );
      request.onload = () => resolve({ status: request.status, text: request.responseText });
      request.onerror = () => resolve({ status: 0, text: "" });
      request.onabort = () => resolve({ status: -1, text: "" });
      request.open("PUT", prefix + "files/home/" + encode(path));
      request.setRequestHeader("X-XSRFToken", xsrf);
      request.setRequestHeader("Accept", "application/json");
      if (replace) request.setRequestHeader("If-Match", "*");
      request.send(file);
    });
  }

  function messageOf(answer) {
    if (answer.status === 0) return "the connection broke off; nothing was kept.";
    if (answer.status === -1) return "cancelled; nothing was kept.";
    try {
      return JSON.parse(answer.text).message || "error " + answer.status;
    } catch (error) {
      return "error " + answer.status + ".";
    }
  }

  // A person decides what becomes of a file that is there already.
  function ask(row, name, where) {
    return new Promise((resolve) => {
      const choice = (words, value) => button(words, () => resolve(value));
      row.say(
        name + " is in " + where.place + " already.",
        choice("Keep both", "both"),
        choice("Replace", "replace"),
        choice("Skip", "skip"),
      );
    });
  }

  async function freeName(folder, name) {
    const dot = name.lastIndexOf(".");
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    for (let count = 1; count <= MOST_COPIES; count++) {
      const other = stem + " (" + count + ")" + ending;
      if (!(await exists(join(folder, other)))) return other;
    }
    return name;
  }

  let queue = Promise.resolve();
  let waiting = 0;
  let failed = 0;

  async function send(file, where, row) {
    const limit = config.files.upload;
    if (file.size > limit)
      return row.fail(
        file.name + " has " + showSize(file.size) + "; at most " + showSize(limit) + " may pass.",
      );
    let name = file.name;
    let replace = false;
    let answer = null;
    let taken = await exists(join(where.folder, name));
    for (;;) {
      if (taken) {
        const choice = await ask(row, name, where);
        if (choice === "skip") return row.remove();
        replace = choice === "replace";
        if (choice === "both") name = await freeName(where.folder, name);
      }
      answer = await put(join(where.folder, name), file, replace, row);
      taken = answer.status === 409 && !replace; // somebody was faster
      if (!taken) break;
    }
    if (answer.status !== 201) return row.fail(name + ": " + messageOf(answer));
    row.done(name + " is in " + where.place + " (" + showSize(file.size) + ").");
  }

  async function upload(list, place) {
    if (!list.length) return;
    waiting++;
    let where;
    try {
      where = place || (await findPlace());
    } catch (error) {
      waiting--;
      return new Row("upload").fail("The server does not take files now. Reload the page.");
    }
    for (const file of list) {
      const row = new Row("upload");
      row.say(file.name + " waits for its turn.");
      queue = queue.then(() =>
        send(file, where, row).catch(() => row.fail(file.name + ": the server does not answer.")),
      );
    }
    await queue;
    failed += rows.querySelectorAll(".failed").length;
    if (--waiting > 0) return;
    if (panel) panel.refresh();
    else if (!page && !failed) location.reload();
  }

  // Choosing by a click, for keyboards and phones.
  function choose(place) {
    const input = element("input", { type: "file", multiple: "", "aria-label": "Files to upload" });
    input.addEventListener("change", () => upload([...input.files], place));
    input.click();
  }

  // Dragging in. Text that is dragged is none of our business.
  let depth = 0;

  function hasFiles(event) {
    return event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  }

  function showDrop() {
    drop.textContent = config.files.upload ? "Drop to upload" : "Uploading is turned off here";
    drop.hidden = false;
    if (!config.files.upload) return;
    findPlace().then(
      (where) => (drop.textContent = "Drop to upload to " + where.place),
      () => {},
    );
  }

  function hideDrop() {
    depth = 0;
    drop.hidden = true;
  }

  const drags = {
    dragenter: () => depth++ === 0 && showDrop(),
    dragleave: () => --depth <= 0 && hideDrop(),
    dragover: (event) => (event.dataTransfer.dropEffect = config.files.upload ? "copy" : "none"),
    drop: (event) => {
      hideDrop();
      if (!config.files.upload) return;
      const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
      const folders = items.map((item) => item.webkitGetAsEntry()).filter((e) => e && e.isDirectory);
      const names = new Set(folders.map((folder) => folder.name));
      for (const name of names)
        new Row("upload").fail(name + " is a folder: pack it into one file (zip, tar) first.");
      upload([...event.dataTransfer.files].filter((file) => !names.has(file.name)));
    },
  };
  for (const type in drags)
    addEventListener(
      type,
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        drags[type](event);
      },
      true,
    );

  // A command in the shell offers something; a program may, too, so a person's click decides.
  function offer(message) {
    while (rows.querySelectorAll(".offer").length >= MOST_OFFERS)
      rows.querySelector(".offer").remove();
    const row = new Row("offer");
    const no = button("No", () => row.remove());
    if (message.kind === "upload") {
      const where = { folder: message.path, place: message.place };
      const yes = button("Choose files", () => {
        row.remove();
        choose(where);
      });
      return row.say("The shell asks for files for " + message.place + ".", yes, no);
    }
    const size = message.folder ? "folder, as zip" : showSize(message.size);
    const yes = button("Download", () => {
      const path = (message.folder ? "files/archive/" : "files/home/") + encode(message.path);
      element("a", { href: prefix + path, download: "" }).click();
      row.remove();
    });
    row.say("The shell offers " + message.place + " (" + size + ").", yes, no);
  }

  addEventListener("terminal-control", (event) => {
    if (event.detail.cmd === "offer") offer(event.detail);
  });
  addEventListener("beforeunload", (event) => {
    if (waiting) event.preventDefault();
  });

  if (page && config.files.upload) page.entries.push(["Upload files\u2026", () => choose()]);
  const chooser = document.getElementById("files-choose");
  if (chooser) {
    chooser.hidden = !config.files.upload;
    chooser.addEventListener("click", () => choose());
  }
})();
