/* The work area's tabs: the terminals, and frames that are loaded when they are first shown. Those that
   notes open are remembered by this browser. Loaded after terminals.js and panels.js. */
(() => {
  "use strict";
  const workshop = window.workshop;
  const strip = document.querySelector(".strip");
  if (!strip) return;
  const list = strip.querySelector("[role=tablist]");
  const stage = document.getElementById("stage");
  const root = document.documentElement;
  const MOST = 16;
  // Not the whole window: what is shown in a tab stays in it.
  const SANDBOX = "allow-same-origin allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals";

  const tabs = () => [...list.querySelectorAll("[role=tab]")];
  const shownTab = () => list.querySelector('[aria-selected="true"]');
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const frameOf = (tab) => panelOf(tab).querySelector("iframe");
  const keyOf = (label) => (label.toLowerCase().match(/[a-z0-9]+/g) ?? []).join("-");
  const findTab = (name) => tabs().find((tab) => tab.dataset.tab === keyOf(name));

  /* Only the web, and nothing that a browser would refuse in this page. */
  const parse = (address) => {
    try {
      const url = new URL(address, location.href);
      const isSafe = url.protocol === "https:" || url.origin === location.origin || location.protocol === "http:";
      return /^https?:$/.test(url.protocol) && isSafe ? url : null;
    } catch { return null; }
  };

  const fill = (tab) => {
    if (frameOf(tab)) return;
    const frame = document.createElement("iframe");
    frame.title = tab.textContent;
    frame.setAttribute("sandbox", SANDBOX);
    // What is copied elsewhere, a password for one, is read by pages of this site only.
    frame.allow = "clipboard-read 'self'; clipboard-write; fullscreen";
    frame.addEventListener("load", () => workshop.listenInFrame?.(frame.contentWindow));
    frame.src = tab.dataset.url;
    panelOf(tab).append(frame);
  };
  const reload = async (tab) => {
    if (tab.dataset.tab === "terminals") { workshop.reloadTerminals(); return; }
    // Never the hub in a frame: it answers at the address of a session that has ended.
    if (await workshop.checkSession?.()) return;
    frameOf(tab)?.remove();
    fill(tab);
  };

  const show = (tab) => {
    for (const each of tabs()) {
      const isShown = each === tab;
      each.setAttribute("aria-selected", String(isShown));
      each.tabIndex = isShown ? 0 : -1;
      panelOf(each).classList.toggle("shown", isShown);
    }
    if (tab.dataset.tab !== "terminals") fill(tab);
    strip.querySelector('[data-do="close-tab"]').hidden = !("own" in tab.dataset);
    for (const [name, words] of [["reload-tab", "Reload"], ["tab-window", "Open in a window:"], ["close-tab", "Close"]]) {
      strip.querySelector(`[data-do="${name}"] span`).textContent = `${words} ${tab.textContent}`;
    }
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    workshop.keepLayout({ tab: tab.dataset.tab });
  };

  const keepOwn = () => workshop.keepLayout({
    own: tabs().filter((tab) => "own" in tab.dataset).map((tab) => [tab.textContent, tab.dataset.url]),
  });
  const make = (label, url) => {
    const key = keyOf(label);
    const tab = document.createElement("button");
    Object.assign(tab, { type: "button", id: `tab-${key}`, textContent: label, tabIndex: -1 });
    Object.assign(tab.dataset, { tab: key, url: url.href, own: "" });
    for (const [name, value] of [["role", "tab"], ["aria-controls", `panel-${key}`], ["aria-selected", "false"]]) tab.setAttribute(name, value);
    const panel = document.createElement("div");
    Object.assign(panel, { id: `panel-${key}`, className: "framed" });
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    list.append(tab);
    stage.append(panel);
    strip.hidden = false;
    return tab;
  };
  const close = (tab) => {
    const all = tabs();
    const next = all[all.indexOf(tab) - 1] ?? all[0];
    const had = shownTab() === tab;
    panelOf(tab).remove();
    tab.remove();
    strip.hidden = tabs().length < 2;
    keepOwn();
    if (had) { show(next); next.focus(); }
  };
  const openWindow = (tab) => {
    if (tab.dataset.tab === "terminals") workshop.openWindow();
    else window.open(tab.dataset.url, "_blank", "noopener");
  };

  /* Show the tab `name`, at `address` if one is given; made if it is not there. False: no such tab. */
  workshop.openTab = (name, address) => {
    const url = address ? parse(address) : null;
    let tab = findTab(name);
    if (address && !url) return false;
    if (!tab && (!url || !keyOf(name) || tabs().length >= MOST)) return false;
    tab ??= make(name, url);
    if (url && tab.dataset.tab !== "terminals") {
      const frame = frameOf(tab);
      if (frame && frame.src !== url.href) frame.src = url.href;
      if (!frame) tab.dataset.url = url.href;
    }
    if ("own" in tab.dataset) { tab.dataset.url = url?.href ?? tab.dataset.url; keepOwn(); }
    workshop.revealWork();
    show(tab);
    workshop.announce(`Showing ${tab.textContent}.`);
    return true;
  };
  workshop.reloadTab = (name, address) => {
    const tab = findTab(name);
    if (!tab || !workshop.openTab(name, address)) return Boolean(address) && workshop.openTab(name, address);
    reload(tab);
    return true;
  };
  workshop.closeTab = (name) => {
    const tab = findTab(name);
    if (tab && "own" in tab.dataset) close(tab);
  };
  workshop.showTerminals = () => { if (shownTab().dataset.tab !== "terminals") show(findTab("terminals")); };

  /* A link to where a tab leads is shown in it. Each as [tab, the beginning of its addresses]. */
  const tabFor = (link) => tabs().find((tab) => {
    if (!tab.dataset.url || "own" in tab.dataset) return false;
    const base = new URL(tab.dataset.url, location.href);
    const start = base.pathname.replace(/\/?$/, "/");
    return link.origin === base.origin && `${link.pathname}/`.startsWith(start) && start.length > root.dataset.prefix.length;
  });
  workshop.hasTabFor = (link) => Boolean(tabFor(link));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#notes a[href]");
    const tab = link && !(event.ctrlKey || event.metaKey || event.shiftKey || event.button) && tabFor(link);
    if (!tab) return;
    event.preventDefault();
    workshop.openTab(tab.dataset.tab, link.href);
  });

  /* On which sides of the strip there are more tabs. */
  const markMore = () => {
    list.classList.toggle("less", list.scrollLeft > 4);
    list.classList.toggle("more", list.scrollLeft + list.clientWidth < list.scrollWidth - 4);
  };
  list.addEventListener("scroll", markMore, { passive: true });
  new ResizeObserver(markMore).observe(list);
  new MutationObserver(markMore).observe(list, { childList: true });

  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) show(tab);
  });
  list.addEventListener("keydown", (event) => {
    const all = tabs();
    const now = all.indexOf(document.activeElement);
    const to = { ArrowRight: (now + 1) % all.length, ArrowLeft: (now + all.length - 1) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Delete" && now >= 0 && "own" in all[now].dataset) close(all[now]);
    else if (to === undefined || now < 0) return;
    else { show(all[to]); all[to].focus(); }
    event.preventDefault();
  });
  Object.assign(workshop.doing, {
    "reload-tab": () => reload(shownTab()),
    "tab-window": () => openWindow(shownTab()),
    "close-tab": () => close(shownTab()),
  });

  const own = Array.isArray(workshop.layout.own) ? workshop.layout.own : [];
  for (const [label, address] of own.slice(0, MOST)) {
    const url = typeof label === "string" && !findTab(label) ? parse(address) : null;
    if (url) make(label, url);
  }
  show(findTab(String(workshop.layout.tab ?? "")) ?? tabs()[0]);
})();
