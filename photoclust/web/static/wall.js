/* The wall: piles of faces, which are the same person when one is put onto another. */

import { Blocks } from "./blocks.js";
import { act, get, say } from "./talk.js";

// Where each wall was left, to come back to.
const places = new Map();

export class Wall {
  constructor(view, name) {
    this.view = view;
    this.name = name;
    this.handlers = {
      dragstart: (event) => this.drag(event),
      dragover: (event) => this.over(event),
      dragleave: (event) => this.target(event)?.classList.remove("target"),
      drop: (event) => this.drop(event),
      dragend: () => (this.dragged = null),
    };
  }

  async open() {
    const html = await get(`/wall/${this.name}`);
    this.view.innerHTML = this.html = html;
    const list = this.view.querySelector(".blocks");
    if (!list) return;
    this.blocks = new Blocks(list);
    for (const [name, handler] of Object.entries(this.handlers)) {
      this.view.addEventListener(name, handler);
    }
    this.view.querySelector("h1").focus({ preventScroll: true });
    window.scrollTo(0, places.get(this.name) ?? 0);
  }

  async refresh() {
    const html = await get(`/wall/${this.name}`);
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const told = fresh.content.querySelector(".asked");
    if (!told || !this.blocks) return;
    const before = this.view.querySelector(".asked");
    if (told.innerHTML !== before.innerHTML) {
      before.querySelector(".quiet").replaceWith(told.querySelector(".quiet"));
    }
    await this.blocks.refresh(fresh.content.querySelector(".blocks").dataset.total);
  }

  leave() {
    places.set(this.name, window.scrollY);
    this.blocks?.leave();
    for (const [name, handler] of Object.entries(this.handlers)) {
      this.view.removeEventListener(name, handler);
    }
  }

  target(event) {
    const tile = event.target.closest?.("[data-pile]");
    return tile && tile.dataset.pile !== this.dragged ? tile : null;
  }

  drag(event) {
    this.dragged = event.target.closest("[data-pile]")?.dataset.pile;
    event.dataTransfer.effectAllowed = "move";
  }

  over(event) {
    const tile = this.target(event);
    if (!tile || !this.dragged) return;
    event.preventDefault();
    tile.classList.add("target");
  }

  drop(event) {
    const tile = this.target(event);
    if (!tile || !this.dragged) return;
    event.preventDefault();
    tile.classList.remove("target");
    this.merge(this.dragged, tile);
  }

  async merge(pile, tile) {
    tile.classList.add("busy");
    await act("merge", { pile, onto: tile.dataset.pile });
    tile.classList.remove("busy");
  }

  key(key) {
    if (key.startsWith("Arrow")) return this.blocks?.step(key) ?? false;
    const tile = document.activeElement.closest("[data-pile]");
    if (key === "M" && tile && tile.draggable) return this.hold(tile);
    if (key === "Escape" && this.held) return this.hold(null);
    return false;
  }

  /** The first M takes a pile up, the second puts it onto another. */
  hold(tile) {
    const held = this.held;
    this.view.querySelector(".held")?.classList.remove("held");
    this.held = null;
    if (tile && held && held !== tile.dataset.pile) {
      this.merge(held, tile);
    } else if (tile && !held) {
      this.held = tile.dataset.pile;
      tile.classList.add("held");
      say("Taken up. Go to who is the same person and press M; Escape puts it back.");
    } else {
      say("Put back.");
    }
    return true;
  }
}
