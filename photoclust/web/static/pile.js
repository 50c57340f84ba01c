/* One person or group: its name, its faces, and what is to become of those that are chosen. */

import { Blocks } from "./blocks.js";
import { act, get } from "./talk.js";

export class Pile {
  constructor(view, _name, key, order) {
    this.view = view;
    this.pile = key;
    this.url = `/pile/${key}${order ? `?order=${order}` : ""}`;
    this.handlers = {
      submit: (event) => this.submit(event),
      click: (event) => this.click(event),
      change: () => this.tell(),
      dragstart: (event) => this.drag(event),
      dragend: () => this.show(".drop", false),
      dragover: (event) => event.target.closest?.(".drop") && event.preventDefault(),
      drop: (event) => this.drop(event),
    };
  }

  async open() {
    await this.refresh();
    for (const [name, handler] of Object.entries(this.handlers)) {
      this.view.addEventListener(name, handler);
    }
    window.scrollTo(0, 0);
    const field = this.view.querySelector(".name input");
    const isNamed = this.pile.startsWith("p");
    if (field && !isNamed && !matchMedia("(pointer: coarse)").matches) field.focus();
    else this.view.querySelector("h1").focus();
  }

  async refresh() {
    const html = await get(this.url);
    if (html === this.html) return this.blocks?.refresh(this.blocks.element.dataset.total);
    this.html = html;
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const list = fresh.content.querySelector(".blocks");
    if (list && this.blocks) {
      this.view.querySelector(".asked").replaceWith(fresh.content.querySelector(".asked"));
      await this.blocks.refresh(list.dataset.total);
    } else {
      this.blocks?.leave();
      this.view.replaceChildren(fresh.content);
      this.blocks = list && new Blocks(this.view.querySelector(".blocks"));
    }
    this.tell();
  }

  leave() {
    this.blocks?.leave();
    for (const [name, handler] of Object.entries(this.handlers)) {
      this.view.removeEventListener(name, handler);
    }
  }

  get chosen() {
    const boxes = this.view.querySelectorAll(".blocks :checked");
    return [...boxes].map((box) => Number(box.value));
  }

  show(part, isShown) {
    const found = this.view.querySelector(part);
    if (found) found.hidden = !isShown;
  }

  tell() {
    const count = this.chosen.length;
    const many = this.view.querySelector(".many");
    if (many) many.textContent = count === 1 ? "1 face" : `${count} faces`;
    this.show(".chosen", count > 0);
  }

  submit(event) {
    event.preventDefault();
    const field = event.target.querySelector("[name=name]");
    if (!field.value.trim()) return field.focus();
    this.do(event.target.dataset.act, {}, field.value);
  }

  async click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { act: verb, kind, parts, split, choose } = button.dataset;
    if (choose) this.choose(() => false);
    else if (split !== undefined) await this.parts(split);
    else if (verb) await this.do(verb, { kind, parts });
  }

  choose(isChosen) {
    for (const box of this.view.querySelectorAll(".blocks input")) box.checked = isChosen(box);
    this.tell();
  }

  async do(verb, said, name) {
    const faces = ["give", "confirm", "take-out", "heed", "ignore"].includes(verb)
      ? this.chosen
      : [];
    if (verb === "heed" && !faces.length) return;
    const told = await act(verb, { ...said, pile: this.pile, faces, name });
    if (!told) return;
    for (const field of this.view.querySelectorAll("[name=name]")) field.value = "";
    const isWhole = !faces.length && !this.pile.startsWith("p");
    if (isWhole) location.hash = this.view.querySelector(".pile").dataset.shelf;
    else {
      for (const box of this.view.querySelectorAll(".blocks :checked")) {
        if (verb !== "confirm") box.closest("li").remove();
        box.checked = false;
      }
      this.tell();
    }
  }

  /** How the group would fall apart, before anything is done. */
  async parts(number) {
    const place = this.view.querySelector("#parts");
    place.replaceChildren();
    if (!number) return;
    place.innerHTML = await get(`/split/${number}`);
    place.querySelector("h2").focus();
  }

  drag(event) {
    const box = event.target.closest("li")?.querySelector("input");
    if (!box || !this.view.querySelector(".drop")) return event.preventDefault();
    if (!box.checked) this.choose((other) => other === box);
    event.dataTransfer.effectAllowed = "move";
    this.show(".drop", true);
  }

  drop(event) {
    if (!event.target.closest?.(".drop")) return;
    event.preventDefault();
    this.show(".drop", false);
    this.do("take-out", {});
  }

  key(key) {
    if (key.startsWith("Arrow")) return this.blocks?.step(key) ?? false;
    if (key !== "Escape") return false;
    if (this.chosen.length) this.choose(() => false);
    else location.hash = this.view.querySelector(".pile")?.dataset.shelf ?? "groups";
    return true;
  }
}
