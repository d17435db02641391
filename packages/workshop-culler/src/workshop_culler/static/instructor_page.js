// The instructor's page: rows by server-sent events, times that go on by themselves, actions.
// Text from people is only ever put in as text. No library. With a class of 500 nothing is drawn
// again: a row that did not change is not touched, be it to fill, to hide or to move it.
"use strict";

const prefix = document.body.dataset.prefix;
const headers = { "X-XSRFToken": document.body.dataset.xsrf };
const $ = (id) => document.getElementById(id);
const rows = new Map();        // id -> {data, tr, cells}
let skew = 0;                  // the hub's clock minus ours, in milliseconds
let sort = { by: "user", down: false };
let wanted = "";
let workshop = "";             // the one that is looked at, or "" for all
let drawing = 0;               // the frame in which rows are arranged, or 0
const order = new Intl.Collator(undefined, { numeric: true });
const MOST_AT_ONCE = 6;        // requests, when many sessions are extended

// --- times in words ---
function left(iso) {
  if (!iso) return "no end";
  const minutes = Math.floor((Date.parse(iso) - Date.now() - skew) / 60000);
  if (minutes < 0) return "ending";
  if (minutes < 1) return "less than 1 min";
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

function ago(iso) {
  if (!iso) return "never";
  const minutes = Math.floor((Date.now() + skew - Date.parse(iso)) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

function clockTime(iso) {
  const time = new Date(iso);
  const today = time.toDateString() === new Date().toDateString();
  return today ? time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
               : time.toLocaleString([], { dateStyle: "short", timeStyle: "short" });
}

// --- one row ---
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function element(tag, className, parent) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  parent.append(node);
  return node;
}

function makeRow(data) {
  const tr = document.createElement("tr");
  tr.setAttribute("role", "row"); // on a phone a row is drawn as a card, which would take that away
  const who = element("th", "", tr);
  who.scope = "row";
  who.setAttribute("role", "rowheader");
  const cells = { name: element("span", "", who), title: element("small", "", who), hand: element("small", "hand", who) };
  const cell = (label, className = "") => {
    const made = element("td", className, tr);
    made.setAttribute("role", "cell");
    if (label) made.dataset.label = label;
    return made;
  };
  cells.state = element("span", "state", cell("State"));
  cells.left = cell("Time left");
  cells.active = cell("Last active");
  cells.since = cell("Since");
  cells.project = cell("Project", "text");
  const where = cell("Page and tests", "text");
  cells.page = element("span", "", where);
  cells.pageSince = element("small", "since", where);
  cells.tests = element("small", "tests", where);
  cells.hint = element("small", "hint", where);
  const actions = element("div", "actions", cell(""));
  cells.extend = action(actions, "Extend", () => extend([rows.get(data.id).data]));
  cells.stop = action(actions, "Stop", () => stop(rows.get(data.id).data));
  cells.stop.className = "danger";
  cells.giveHint = action(actions, "Hint", () => hint([rows.get(data.id).data]));
  cells.join = element("a", "", actions);
  cells.join.textContent = "Join";
  cells.join.target = "_blank";
  cells.join.rel = "noopener";
  cells.open = element("a", "", actions);
  cells.open.textContent = "Open";
  cells.open.target = "_blank";
  cells.open.rel = "noopener";
  return { data, tr, cells };
}

function action(parent, label, run) {
  const button = element("button", "", parent);
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", run);
  return button;
}

function fill({ data, cells }) {
  const full = data.server ? `${data.user} / ${data.server}` : data.user;
  put(cells.name, full);
  put(cells.title, [data.title, ...data.details, data.groups.join(", ")].filter(Boolean).join(" · "));
  put(cells.state, data.state);
  cells.state.classList.toggle("other", data.state !== "running");
  put(cells.project, [data.project, data.workshop].filter(Boolean).join(" · ") || "–");
  put(cells.page, data.page || "–");
  put(cells.tests, testsInWords(data.tests));
  cells.tests.classList.toggle("bad", Boolean(data.tests?.failed));
  put(cells.hint, data.hint ? `Hint: ${data.hint.text}` : "");
  put(cells.hand, data.hand ? "Hand raised" : "");
  put(cells.since, data.started ? clockTime(data.started) : "–");
  cells.extend.disabled = !data.may_extend;
  cells.extend.title = data.may_extend ? "" : data.why_not || "You may not extend this session";
  cells.extend.setAttribute("aria-label", `Extend the session of ${full}`);
  cells.stop.disabled = !data.may_stop;
  cells.stop.setAttribute("aria-label", `Stop the session of ${full}`);
  cells.giveHint.disabled = !data.may_help;
  cells.giveHint.title = data.may_help ? "" : "You may not give hints to this session";
  cells.giveHint.setAttribute("aria-label", `Give a hint to ${full}`);
  cells.join.hidden = !data.may_join;
  cells.join.href = joinPage(data);
  cells.join.title = "Ask to see their terminals";
  cells.join.setAttribute("aria-label", `Join the session of ${full} if they let you, in a new tab`);
  cells.open.hidden = !data.may_open || data.state !== "running";
  if (data.url) cells.open.href = data.url;
  cells.open.setAttribute("aria-label", `Open the session of ${full} in a new tab`);
  fillTimes({ data, cells });
}

function joinPage(data) { return `${prefix}join?${new URLSearchParams({ user: data.user, server: data.server })}`; }

function testsInWords(tests) {
  if (!tests) return "";
  const failed = tests.failed && `${tests.failed} failed${tests.failing ? ` (${tests.failing})` : ""}`;
  return [`${tests.passed} ${tests.passed === 1 ? "test" : "tests"} passed`, failed].filter(Boolean).join(", ");
}

function fillTimes({ data, cells }) {
  put(cells.left, left(data.ends));
  const soon = data.ends && Date.parse(data.ends) - Date.now() - skew <= data.warn_seconds * 1000;
  cells.left.classList.toggle("soon", Boolean(soon));
  put(cells.active, ago(data.last_activity));
  const since = data.page_since ? `there since ${clockTime(data.page_since)}` : "";
  put(cells.pageSince, data.stuck ? `stuck, ${since}` : since);
  cells.pageSince.classList.toggle("soon", data.stuck);
}

// --- the table ---
function shown(data) {
  if (workshop && data.workshop !== workshop) return false;
  if (!wanted) return true;
  const told = [data.page, testsInWords(data.tests), data.hand ? `hand raised ${data.hand.text}` : "", data.stuck ? "stuck" : ""];
  const text = [data.user, data.server, data.title, data.workshop, ...data.details, data.project, ...told, data.state, ...data.groups];
  return text.join(" ").toLowerCase().includes(wanted);
}

function compare(a, b) {
  const one = a.data[sort.by] || "", other = b.data[sort.by] || "";
  if (!one !== !other) return one ? -1 : 1;            // what has no value comes last
  const way = order.compare(one, other);
  return (sort.down ? -way : way) || order.compare(a.data.id, b.data.id);
}

function arrangeSoon() { drawing ||= requestAnimationFrame(() => { drawing = 0; arrange(); }); }

function arrange() {
  const focus = document.activeElement;
  for (const row of rows.values()) {
    const hide = !shown(row.data);
    if (row.tr.hidden !== hide) row.tr.hidden = hide;
  }
  place([...rows.values()].sort(compare));
  if (focus !== document.activeElement && document.contains(focus)) focus.focus({ preventScroll: true });
  summarise();
}

// Put rows into this order; those that are in order among themselves stay where they are.
function place(list) {
  const body = $("rows");
  const at = new Map([...body.children].map((tr, number) => [tr, number]));
  const stay = findRising(list.map((row) => at.get(row.tr) ?? -1));
  let next = null;
  for (let number = list.length - 1; number >= 0; number -= 1) {
    const { tr } = list[number];
    if (!stay.has(number)) body.insertBefore(tr, next);
    next = tr;
  }
}

// The places of a longest rising run of numbers, -1 (not there yet) left out.
function findRising(numbers) {
  const ends = [], before = new Array(numbers.length);
  numbers.forEach((number, index) => {
    if (number < 0) return;
    let low = 0, high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]] < number) low = middle + 1; else high = middle;
    }
    before[index] = low ? ends[low - 1] : -1;
    ends[low] = index;
  });
  const found = new Set();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index]) found.add(index);
  return found;
}

// Arrow keys go to the same control of the row above or below, Home and End to the first and last.
function move(event) {
  const tr = event.target.closest("tbody tr");
  if (!tr || event.altKey || event.ctrlKey || event.metaKey) return;
  const list = [...$("rows").children].filter((each) => !each.hidden);
  const now = list.indexOf(tr), last = list.length - 1;
  const to = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  focusIn(list[Math.min(Math.max(to, 0), last)], placeOf(event.target, tr));
}

function placeOf(control, tr) { return [...tr.querySelectorAll(".actions > *")].indexOf(control); }

function focusIn(tr, number) {
  const usable = (control) => control && !control.disabled && !control.hidden;
  const controls = [...(tr?.querySelectorAll(".actions > *") ?? [])];
  const control = usable(controls[number]) ? controls[number] : controls.find(usable);
  (control ?? $("sessions")).focus();
  tr?.scrollIntoView({ block: "nearest" });
}

function remove(id) {
  const row = rows.get(id);
  if (!row) return;
  const control = row.tr.contains(document.activeElement) && placeOf(document.activeElement, row.tr);
  let neighbour = row.tr.nextElementSibling;
  while (neighbour?.hidden) neighbour = neighbour.nextElementSibling;
  row.tr.remove();
  rows.delete(id);
  if (control !== false) focusIn(neighbour, control);
}

function summarise() {
  const all = [...rows.values()].map((row) => row.data);
  const visible = all.filter(shown);
  const starting = all.filter((data) => data.state === "starting").length;
  const people = new Set(all.map((data) => data.user)).size;
  const parts = [`${all.length} ${all.length === 1 ? "session" : "sessions"} of ${people} ${people === 1 ? "person" : "people"}`];
  if (starting) parts.push(`${starting} starting`);
  const stuck = all.filter((data) => data.stuck).length;
  if (stuck) parts.push(`${stuck} stuck`);
  if (wanted || workshop) parts.push(`${visible.length} shown`);
  put($("summary"), parts.join(", "));
  $("nobody").hidden = visible.length > 0;
  put($("nobody"), all.length ? "Nobody matches what you look for." : "Nobody is here.");
  $("extend-all").disabled = !visible.some((data) => data.may_extend);
  $("hint-all").disabled = !visible.some((data) => data.may_help);
}

function apply(message) {
  skew = Date.parse(message.now) - Date.now();
  if (message.whole) {         // after the connection broke: what is still there stays
    const here = new Set(message.rows.map((data) => data.id));
    [...rows.keys()].filter((id) => !here.has(id)).forEach(remove);
  }
  for (const data of message.rows) {
    const row = rows.get(data.id) || makeRow(data);
    row.data = data;
    rows.set(data.id, row);
    fill(row);
  }
  message.gone.forEach(remove);
  if (message.whole || message.rows.length || message.gone.length) { arrange(); drawHands(message.whole); drawBoard(); }
  announce(message.announcement);
  window.prestart?.draw(message.prestart, { clockTime, tell, atOnce: message.whole });
  trouble(message.trouble);
}

// One workshop or all: offered where there are several.
function drawBoard() {
  const all = [...rows.values()].map((row) => row.data);
  const names = [...new Set([workshop, ...all.map((data) => data.workshop)])].filter(Boolean).sort(order.compare);
  const box = $("workshop");
  if (names.join() !== [...box.options].slice(1).map((option) => option.value).join()) {
    box.replaceChildren(new Option("all", ""), ...names.map((name) => new Option(name, name)));
    box.value = workshop;
  }
  $("workshops").hidden = !workshop && names.length < 2;
  progressBoard.draw(all.filter((data) => !workshop || data.workshop === workshop));
}

function drawHands(atOnce) {
  const all = [...rows.values()].map((row) => row.data);
  const fresh = raisedHands.draw(all, { ago, lower, joinPage, hint: (data) => hint([data]) });
  // A new one is told to who listens; those that were there when the page came up are in its list.
  if (fresh.length && !atOnce) tell(fresh.map((data) => `${data.user} raised a hand: ${data.hand.text || "needs help"}.`).join(" "));
}

// What is wrong with the connection goes with the next update, what an action came to stays.
function trouble(text, where = "trouble") {
  put($(where), text);
  $(where).hidden = !text;
}

function fail(text) { trouble(text, "failed"); }

function announce(said) {
  $("said").hidden = !said;
  if (!said) return;
  put($("said-text"), said.text);
  put($("said-until"), `(until ${clockTime(said.until)}, by ${said.author})`);
}

// --- live updates: fetch instead of EventSource, so that the XSRF token is in no address ---
async function listen() {
  for (let wait = 1; ; wait = Math.min(wait * 2, 30)) {
    let asked = false; // the service ends it now and then, to ask the hub who listens
    try {
      const answer = await fetch(`${prefix}api/events`, { headers });
      if (answer.status === 403) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      let rest = "";
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) { asked = true; break; }
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        for (const event of events) if (event.startsWith("data: ")) apply(JSON.parse(event.slice(6)));
        wait = 1;
      }
    } catch { /* the connection broke: say so and try again */ }
    if (!asked) trouble("The connection was lost; trying again …");
    await new Promise((resolve) => setTimeout(resolve, wait * 1000 * (0.5 + Math.random())));
  }
}

// --- actions ---
async function send(method, path, body) {
  const answer = await fetch(prefix + path, {
    method,
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const model = await answer.json();
  if (!answer.ok) throw new Error(model.message);
  return model;
}

function tell(text) { $("news").textContent = text; }

async function act(work, done) {
  try { await work(); tell(done); fail(""); }
  catch (error) { fail(error.message); }
}

// One request for each of many sessions, a few at a time; `words` say what was done, or was not.
async function forEach(list, method, path, body, words) {
  const rest = [...list], failed = [];
  let done = 0;
  const work = async () => {
    for (let data = rest.shift(); data; data = rest.shift()) {
      try {
        await send(method, path, { user: data.user, server: data.server, ...body });
        done += 1;
      } catch (error) { failed.push(`${data.user}: ${error.message}`); }
      if (list.length > MOST_AT_ONCE) put($("progress"), `${done + failed.length} of ${list.length} …`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, list.length) }, work));
  put($("progress"), "");
  if (done) tell(words.done(done, list));
  fail(failed.length ? `${words.not}: ${failed.slice(0, 3).join(" ")}${failed.length > 3 ? ` And ${failed.length - 3} more.` : ""}` : "");
}

const counted = (done, list) => list.length === 1 ? `the session of ${list[0].user}` : `${done} sessions`;

async function extend(list) {
  await forEach(list, "POST", "api/session/extend", {}, { done: (...all) => `Extended ${counted(...all)}.`, not: "Not extended" });
}

async function hint(list) {
  const one = list.length === 1;
  const asked = await hints.ask(one ? `A hint for ${list[0].user}` : `A hint for ${list.length} sessions`, one ? list[0].hint : null);
  if (asked?.remove) await forEach(list, "DELETE", "api/session/hint", {}, { done: () => "The hint is taken back.", not: "Not taken back" });
  else if (asked) await forEach(list, "POST", "api/session/hint", asked, { done: (...all) => `Told ${counted(...all)}.`, not: "Not told" });
}

async function stop(data) {
  if (!await ask(`Stop the session of ${data.user}?`, "What is not saved outside of it is lost.", "Stop it")) return;
  await act(() => send("POST", "api/session/stop", { user: data.user, server: data.server }),
            `The session of ${data.user} is stopping.`);
}

async function lower(data) {
  await act(() => send("POST", "api/session/hand/lower", { user: data.user, server: data.server }),
            `The hand of ${data.user} is lowered.`);
}

function ask(title, text, yes) {
  const dialog = $("ask");
  put($("ask-title"), title);
  put($("ask-text"), text);
  put($("ask-yes"), yes);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// --- wiring ---
$("find").addEventListener("input", (event) => { wanted = event.target.value.trim().toLowerCase(); arrangeSoon(); });
$("workshop").addEventListener("change", (event) => { workshop = event.target.value; arrangeSoon(); drawBoard(); });
$("rows").addEventListener("keydown", move);
$("extend-all").addEventListener("click", async () => {
  const list = [...rows.values()].map((row) => row.data).filter((data) => shown(data) && data.may_extend);
  if (await ask(`Extend ${list.length} sessions?`, "Each gets the time that its limits give.", "Extend")) await extend(list);
});
$("hint-all").addEventListener("click", () => hint([...rows.values()].map((row) => row.data).filter((data) => shown(data) && data.may_help)));
for (const button of document.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => {
    const by = button.dataset.sort;
    sort = { by, down: sort.by === by && !sort.down };
    for (const th of document.querySelectorAll("thead th")) th.removeAttribute("aria-sort");
    button.parentElement.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
    arrange();
  });
}
$("say")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = { text: form.elements.text.value, seconds: Number(form.elements.seconds.value) };
  await act(async () => { announce((await send("POST", "api/announcement", body)).announcement); form.reset(); }, "Announced.");
});
$("unsay")?.addEventListener("click", () => act(async () => {
  await send("DELETE", "api/announcement", {});
  announce(null);
}, "Taken back."));
window.prestart?.wire({ act, send, clockTime, tell });
setInterval(() => { for (const row of rows.values()) fillTimes(row); raisedHands.fillTimes(ago); }, 10000);
listen();
