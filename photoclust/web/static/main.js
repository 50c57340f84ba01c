/* The page: which view is shown, news of the library, and what was done. */

import { Mistake, act, get, say } from "./talk.js";
import { Questions } from "./questions.js";
import { List } from "./list.js";
import { Pile } from "./pile.js";
import { Wall } from "./wall.js";

const element = (id) => document.getElementById(id);
const view = element("view");
const readOnly = "readOnly" in document.body.dataset;

let shown = null;
let version = 0;

const VIEWS = { questions: Questions, conflicts: List, history: List, pile: Pile };

async function route() {
  const [name, key, order] = (location.hash.slice(1) || "questions").split("/");
  if (name === "view") return view.focus();
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.hash === `#${name}`;
    isHere ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    if (isHere) link.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  shown?.leave?.();
  const Shown = VIEWS[name] || Wall;
  const opened = new Shown(view, name, key, order);
  shown = opened;
  view.setAttribute("aria-busy", "true");
  await opened.open();
  if (shown !== opened) return;
  view.removeAttribute("aria-busy");
  document.title = `${view.querySelector("h1")?.textContent ?? "Review"} – photoclust`;
}

function follow() {
  const news = new EventSource("/news");
  news.onmessage = (event) => {
    const told = JSON.parse(event.data);
    element("standing").textContent = told.standing;
    element("share").value = told.share;
    if (!readOnly) {
      element("undo").disabled = !told.undo;
      element("undo").title = told.undo && `Undo: ${told.undo}`;
    }
    if (version && told.version !== version) shown?.refresh();
    version = told.version;
  };
  news.onerror = () => (element("standing").textContent = "photoclust has ended.");
}

function showPhoto(face) {
  const dialog = element("photo");
  dialog.querySelector("img").src = `/photo/${face}`;
  dialog.showModal();
}

/** Names that fit what is typed, for every field that has completion. */
let asking = 0;
view.addEventListener("input", async (event) => {
  if (event.target.name !== "name") return;
  const number = ++asking;
  const names = JSON.parse(await get(`/names?like=${encodeURIComponent(event.target.value)}`));
  if (number !== asking) return;
  element("names").replaceChildren(...names.map((name) => new Option(name, name)));
});

view.addEventListener("click", (event) => {
  const loupe = event.target.closest("[data-photo]");
  if (loupe) showPhoto(loupe.dataset.photo);
});

element("undo")?.addEventListener("click", () => act("undo"));

document.addEventListener("keydown", (event) => {
  if (element("photo").open) return;
  const field = event.target.closest("input:not([type=checkbox]), textarea");
  const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !field?.value;
  if (isUndo && !readOnly) {
    event.preventDefault();
    act("undo");
  } else if (field) {
    if (event.key === "Escape") view.querySelector("h1")?.focus();
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    const button = [...document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(key)}"]`)].find(
      (found) => !found.disabled && found.checkVisibility(),
    );
    const face = document.activeElement?.dataset?.face;
    if (key === "P" && face) showPhoto(face);
    else if (button) button.click();
    else if (!shown?.key?.(key, event)) return;
    event.preventDefault();
  }
});

addEventListener("unhandledrejection", (event) => {
  if (!(event.reason instanceof Mistake)) return;
  say(event.reason.message, true);
  event.preventDefault();
});
addEventListener("hashchange", route);
route();
follow();
