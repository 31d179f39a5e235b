"use strict";
// Keys for the list: j k move, x ticks, o opens, r releases, d discards what is ticked,
// ? shows them all. Who dictates or uses single keys otherwise switches them off
// (WCAG 2.1.4); the switch is remembered in this browser.
const switchBox = document.querySelector("[data-keys-off]");
const help = document.querySelector("[data-keys]");
const isOff = () => localStorage.getItem("keys") === "off";

function links() {
  return [...document.querySelectorAll("#holds .c-what a")];
}

function currentRow() {
  return document.activeElement?.closest("#holds tbody tr");
}

function move(step) {
  const all = links();
  const here = all.findIndex((link) => link.closest("tr") === currentRow());
  all[Math.min(Math.max(here + step, 0), all.length - 1)]?.focus();
}

const acts = {
  j: () => move(1),
  k: () => move(-1),
  x: () => currentRow()?.querySelector("[name=hold]")?.click(),
  o: () => currentRow()?.querySelector(".c-what a")?.click(),
  r: () => currentRow()?.querySelector(".c-act button[formaction$=release]")?.click(),
  d: () => document.querySelector("#holds tbody :checked") &&
    document.querySelector(".bulk [formaction*=discard]")?.click(),
  "?": () => { help.open = !help.open; help.querySelector("summary").focus(); },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const act = acts[event.key];
  if (!act || (isOff() && event.key !== "?")) return;
  event.preventDefault();
  act();
});

if (help) help.hidden = false;
if (switchBox) {
  switchBox.checked = isOff();
  switchBox.addEventListener("change", () => {
    localStorage.setItem("keys", switchBox.checked ? "off" : "on");
  });
}
