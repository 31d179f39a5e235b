"use strict";
// "/" goes to the search, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const search = document.querySelector("[type=search]");
  if (!search) return;
  event.preventDefault();
  search.select();
});
// Ticks: all at once, and how many there are.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  const all = form?.querySelector("[data-pick-all]");
  if (!all) return;
  const picks = [...form.querySelectorAll("[name=hold]")];
  if (event.target === all) picks.forEach((pick) => { pick.checked = all.checked; });
  const count = picks.filter((pick) => pick.checked).length;
  all.checked = count > 0 && count === picks.length;
  all.indeterminate = count > 0 && count < picks.length;
  const told = form.querySelector("[data-picked]");
  const text = document.createElement("b");
  text.textContent = `${count} ${told.dataset.picked}`;
  told.replaceChildren(text);
});
