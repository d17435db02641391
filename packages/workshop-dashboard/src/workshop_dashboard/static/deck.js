/* Turns the slides. The address says which one is shown, so that links of the notes lead to it. */
(() => {
  "use strict";
  for (const link of document.querySelectorAll(".slides a[href]")) {
    if (!link.getAttribute("href").startsWith("#")) link.target = "_blank";
  }
  window.Reveal.initialize({
    hash: true, respondToHashChanges: true, center: true, slideNumber: "c/t",
    transition: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "slide",
    backgroundTransition: "none", previewLinks: false, viewDistance: 2,
  });
})();
