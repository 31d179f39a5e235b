"use strict";
// Copy buttons: <button data-copy="id of the element with the text">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.innerText.trim());
  const word = button.querySelector("[data-copied]");
  if (!word) return;
  const before = word.textContent;
  word.textContent = word.dataset.copied;
  setTimeout(() => { word.textContent = before; }, 2000);
});
// Print buttons.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
// Seconds that run out: <p data-countdown>… <b>38</b> …</p> goes when they have.
for (const line of document.querySelectorAll("[data-countdown]")) {
  const left = line.querySelector("b");
  const tick = setInterval(() => {
    left.textContent = String(Number(left.textContent) - 1);
    if (Number(left.textContent) > 0) return;
    clearInterval(tick);
    line.hidden = true;
  }, 1000);
}
