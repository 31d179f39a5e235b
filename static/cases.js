"use strict";
// The page of a case: prints itself, and says why a text field takes no picture.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
const note = document.querySelector("[data-no-picture]");
function refuse(event, data) {
  if (!data || data.files.length === 0) return;
  event.preventDefault();
  if (note) note.hidden = false;
}
for (const field of document.querySelectorAll("[data-text]")) {
  field.addEventListener("paste", (event) => refuse(event, event.clipboardData));
  field.addEventListener("drop", (event) => refuse(event, event.dataTransfer));
  field.addEventListener("input", () => { if (note) note.hidden = true; });
}
