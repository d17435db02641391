// A hint for one session or for many: asked for in a dialog, sent by instructor_page.js, which is
// loaded after this. What people wrote is only ever put in as text.
"use strict";

window.hints = (() => {
  const $ = (id) => document.getElementById(id);

  /* Ask for the words. `current` is the hint that one session has, or null. Comes to
     {text} to send, {remove: true} to take the hint back, or null. */
  function ask(title, current) {
    const dialog = $("hint-ask"), text = $("hint-text");
    $("hint-title").textContent = title;
    $("hint-now").textContent = current ? `They see: ${current.text} (by ${current.author})` : "";
    $("hint-now").hidden = $("hint-remove").hidden = !current;
    text.value = "";
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        const words = text.value.trim();
        if (dialog.returnValue === "remove") resolve({ remove: true });
        else resolve(dialog.returnValue === "yes" && words ? { text: words } : null);
      }, { once: true });
    });
  }

  /* Only when it is asked for: the page of who may give none has no dialog. */
  document.addEventListener("DOMContentLoaded", () => {
    for (const id of ["hint-cancel", "hint-remove"]) {
      $(id)?.addEventListener("click", (event) => $("hint-ask").close(event.target.value));
    }
  });

  return { ask };
})();
