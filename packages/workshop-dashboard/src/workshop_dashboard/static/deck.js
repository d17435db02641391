/* Turns the slides. The address says which one is shown, so that links of the notes lead to it. */
(() => {
  "use strict";
  for (const link of document.querySelectorAll(".slides a[href]")) {
    if (!link.getAttribute("href").startsWith("#")) link.target = "_blank";
  }
  // reveal.js takes orders, HTML among them, from messages of any page, and a query turns that on again:
  // (its page on postMessage). So whatever comes from elsewhere ends here, before it listens.
  addEventListener("message", (event) => {
    if (event.origin !== location.origin) event.stopImmediatePropagation();
  }, true);
  window.Reveal.initialize({
    postMessage: false,
    hash: true, respondToHashChanges: true, center: true, slideNumber: "c/t",
    transition: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "slide",
    backgroundTransition: "none", previewLinks: false, viewDistance: 2,
  });
})();
