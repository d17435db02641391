/* The way from the notes to the Files tab: what an editor's block has changed is shown there. Loaded
   after tabs.js. */
(() => {
  "use strict";
  const workshop = window.workshop;
  const COMES_UP = 15000; // milliseconds for the page of the files
  if (!document.getElementById("tab-files")) return;

  const panelIn = (frame) => { try { return frame.contentWindow.filesPanel ?? null; } catch { return null; } };
  const whenLoaded = (frame) => new Promise((settle) => {
    frame.addEventListener("load", () => settle(), { once: true });
    setTimeout(settle, COMES_UP);
  });
  /* Its page's own verbs, loaded if need be; null where it does not come up. */
  const getPanel = async () => {
    const frame = document.querySelector("#panel-files iframe");
    if (!frame) return null;
    if (!panelIn(frame)) await whenLoaded(frame);
    return panelIn(frame);
  };

  /* Have what is not saved in the open file saved first. False: it is not, and its page says why. */
  workshop.settleFiles = async () => {
    const frame = document.querySelector("#panel-files iframe");
    const panel = frame && panelIn(frame);
    if (!panel || await panel.settle()) return true;
    workshop.openTab("Files");
    return false;
  };
  /* Show a file, with what is selected in it. */
  workshop.showFile = async (path, range) => {
    if (!workshop.openTab("Files")) return false;
    const panel = await getPanel();
    return Boolean(await panel?.open(path, range));
  };
})();
