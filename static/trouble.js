"use strict";
// What htmx asked for failed: say so, and stop saying so once something succeeds.
function show(isTrouble) {
  const note = document.querySelector("[data-trouble]");
  if (note) note.hidden = !isTrouble;
}
document.addEventListener("htmx:responseError", () => show(true));
document.addEventListener("htmx:sendError", () => show(true));
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.xhr.status < 400) show(false);
});
