// The hands that are raised, first come first: a list above the table. Loaded before
// instructor_page.js, which gives the rows and does what its buttons ask for. What people wrote is
// only ever put in as text.
"use strict";

window.raisedHands = (() => {
  const title = document.title;
  const items = new Map(); // id -> {li, cells, data}

  function element(tag, className, parent) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    parent.append(node);
    return node;
  }

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function makeItem(data, { lower, hint }) {
    const li = document.createElement("li");
    const item = { li, data };
    const line = element("div", "line", li);
    const words = element("div", "words", line);
    item.name = element("strong", "", words);
    item.text = element("span", "asks", words);
    item.about = element("small", "quiet", words);
    const actions = element("div", "actions", line);
    item.hint = element("button", "", actions);
    item.hint.type = "button";
    item.hint.textContent = "Hint";
    item.hint.addEventListener("click", () => hint(item.data));
    item.lower = element("button", "", actions);
    item.lower.type = "button";
    item.lower.textContent = "Lower";
    item.lower.addEventListener("click", () => lower(item.data));
    item.join = element("a", "", actions);
    item.join.textContent = "Join";
    item.join.target = "_blank";
    item.join.rel = "noopener";
    item.open = element("a", "", actions);
    item.open.textContent = "Open";
    item.open.target = "_blank";
    item.open.rel = "noopener";
    return item;
  }

  function fill(item, ago, joinPage) {
    const { data } = item;
    const name = data.server ? `${data.user} / ${data.server}` : data.user;
    put(item.name, name);
    put(item.text, data.hand.text || "Needs help");
    put(item.about, [`raised ${ago(data.hand.since)}`, data.title, data.page].filter(Boolean).join(" · "));
    item.hint.disabled = !data.may_help;
    item.hint.setAttribute("aria-label", `Give a hint to ${name}, whose hand is raised`);
    item.lower.disabled = !data.may_lower_hand;
    item.lower.title = data.may_lower_hand ? "" : "You may not lower this hand";
    item.lower.setAttribute("aria-label", `Lower the hand of ${name}`);
    item.join.hidden = !data.may_join;
    if (joinPage) item.join.href = joinPage(data);
    item.join.title = "Ask to see their terminals";
    item.join.setAttribute("aria-label", `Join the session of ${name}, whose hand is raised, if they let you, in a new tab`);
    item.open.hidden = !data.may_open || data.state !== "running";
    item.open.setAttribute("aria-label", `Open the session of ${name} in a new tab`);
    if (data.url) item.open.href = data.url;
  }

  /* Draw those of `list` (rows of the page) that have one. Returns whose hands are new. */
  function draw(list, { ago, ...does }) {
    const raised = list.filter((data) => data.hand).sort((a, b) => a.hand.number - b.hand.number);
    const ids = new Set(raised.map((data) => data.id));
    const box = document.getElementById("hands-list");
    let lost = false; // the focus, with the item that has gone
    for (const [id, { li }] of items) {
      if (ids.has(id)) continue;
      lost ||= li.contains(document.activeElement);
      li.remove();
      items.delete(id);
    }
    const fresh = raised.filter((data) => !items.has(data.id));
    raised.forEach((data, place) => {
      const item = items.get(data.id) ?? makeItem(data, does);
      item.data = data;
      items.set(data.id, item);
      fill(item, ago, does.joinPage);
      if (box.children[place] !== item.li) box.insertBefore(item.li, box.children[place] ?? null);
    });
    document.getElementById("hands").hidden = !raised.length;
    document.title = raised.length ? `(${raised.length}) ${title}` : title;
    if (lost) (box.querySelector("button[aria-label^=Lower]:not(:disabled)") ?? document.getElementById("sessions")).focus();
    return fresh;
  }

  function fillTimes(ago) {
    for (const item of items.values()) fill(item, ago);
  }

  return { draw, fillTimes };
})();
