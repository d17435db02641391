// A class that is prepared: a form, a bar that shows how far it is, and why it is not all. Loaded
// before instructor_page.js, which gives what the service tells. Text is only ever put in as text.
"use strict";

window.prestart = (() => {
  const $ = (id) => document.getElementById(id);
  let before = null; // what was shown

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function draw(model, { clockTime, tell, atOnce }) {
    $("prestart-state").hidden = !model;
    if (model) {
      if (!before) $("prestart").open = true;
      const bar = $("prestart-bar");
      bar.max = Math.max(model.wanted, 1);
      bar.value = Math.min(model.ready, model.wanted);
      put($("prestart-text"), `${model.ready} of ${model.wanted} ready`);
      const used = model.places.used ? `${model.places.used} of them used, ` : "";
      put($("prestart-times"), `${used}for ${clockTime(model.at)}, held until ${clockTime(model.until)}`);
      drawList($("prestart-why"), causesOf(model, clockTime));
      // Who listens to the page is told when all is ready, not each step.
      const isReady = model.ready >= model.wanted, wasReady = !before || before.ready >= before.wanted;
      if (isReady && !wasReady && !atOnce) tell(`All ${model.wanted} are ready.`);
    }
    before = model ?? null;
  }

  function causesOf(model, clockTime) {
    if (model.ready >= model.wanted) return [];
    if (Date.parse(model.begins) > Date.now()) return [`It begins at ${clockTime(model.begins)}.`];
    const starting = model.people.filter((each) => each.state === "starting").length;
    return [...model.why, ...(starting ? [`${starting} ${starting === 1 ? "server is" : "servers are"} starting.`] : [])];
  }

  function drawList(box, list) {
    if ([...box.children].map((li) => li.textContent).join("\n") === list.join("\n")) return;
    box.replaceChildren(...list.map((text) => {
      const li = document.createElement("li");
      li.textContent = text;
      return li;
    }));
  }

  // Which nodes have the images: asked for, as it is a list of pods at the cluster.
  function linesOf(model) {
    if (model.why) return [model.why];
    const lines = model.images.map(({ image, nodes, missing }) => {
      const rest = missing.slice(0, 5).map(({ node, state, why }) => `${node} (${why || state})`);
      if (missing.length > 5) rest.push(`${missing.length - 5} more`);
      return `${image}: on ${nodes} of ${nodes + missing.length} nodes${rest.length ? `; not on ${rest.join(", ")}` : ""}`;
    });
    const bare = model.uncovered.map(({ node, why }) => `${node} (${why})`);
    if (bare.length) lines.push(`No pre-pull on ${bare.slice(0, 5).join(", ")}${bare.length > 5 ? `, and ${bare.length - 5} more` : ""}`);
    return model.notice ? [...lines, model.notice] : lines;
  }

  async function look(send) { drawList($("images-list"), linesOf(await send("GET", "api/images"))); }

  function wire({ act, send, clockTime, tell }) {
    const show = (answer) => draw(answer.prestart, { clockTime, tell, atOnce: true });
    $("prestart-form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const { places, at, people } = event.target.elements;
      const body = { places: Number(places.value), people: people.value };
      if (at.value) body.at = new Date(at.value).toISOString();
      await act(async () => show(await send("POST", "api/prestart", body)), "It is being prepared.");
    });
    $("images-look").addEventListener("click", () => act(() => look(send), "Images of the nodes are shown."));
    $("prestart-cancel").addEventListener("click", () =>
      act(async () => { show(await send("DELETE", "api/prestart", {})); $("prestart").querySelector("summary").focus(); },
          "Nothing more is prepared. Servers that run go on."));
  }

  return { draw, wire };
})();
