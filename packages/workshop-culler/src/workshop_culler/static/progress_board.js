// How far the class is: a line for each page of the notes, with how many are there, and who is stuck.
// Loaded before instructor_page.js, which gives the rows. Titles are only ever put in as text.
"use strict";

window.progressBoard = (() => {
  const PAGE = /^(\d+) of (\d+)(?:: (.*))?$/;
  const MOST_NAMES = 5;
  const lines = new Map(); // page -> {li, cells}

  function element(tag, className, parent) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    parent.append(node);
    return node;
  }

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function makeLine(page) {
    const li = document.createElement("li");
    const line = { li, label: element("span", "page", li), bar: element("meter", "", li), count: element("span", "count", li) };
    line.stuck = element("small", "stuck", li);
    line.bar.min = 0;
    line.bar.setAttribute("aria-hidden", "true"); // the count says it
    put(line.label, page);
    return line;
  }

  function order(a, b) {
    const [one, other] = [a, b].map((page) => Number(PAGE.exec(page)?.[1] ?? Infinity));
    return one - other || a.localeCompare(b, undefined, { numeric: true });
  }

  function naming(list) {
    const names = list.slice(0, MOST_NAMES).map((data) => data.user).join(", ");
    return list.length > MOST_NAMES ? `${names} and ${list.length - MOST_NAMES} more` : names;
  }

  /* Draw how many of `list` (rows of the page) are at which page. */
  function draw(list) {
    const pages = new Map();
    for (const data of list) {
      if (!data.page) continue;
      if (pages.has(data.page)) pages.get(data.page).push(data);
      else pages.set(data.page, [data]);
    }
    const box = document.getElementById("board-list");
    for (const [page, { li }] of lines) {
      if (pages.has(page)) continue;
      li.remove();
      lines.delete(page);
    }
    [...pages.keys()].sort(order).forEach((page, place) => {
      const line = lines.get(page) ?? makeLine(page);
      lines.set(page, line);
      const here = pages.get(page), stuck = here.filter((data) => data.stuck);
      line.bar.max = list.length;
      line.bar.value = here.length;
      put(line.count, String(here.length));
      put(line.stuck, stuck.length ? `${stuck.length} stuck: ${naming(stuck)}` : "");
      if (box.children[place] !== line.li) box.insertBefore(line.li, box.children[place] ?? null);
    });
    document.getElementById("board").hidden = !pages.size;
    const told = [...pages.values()].reduce((sum, here) => sum + here.length, 0);
    put(document.getElementById("board-of"), `(${told} of ${list.length} sessions)`);
  }

  return { draw };
})();
