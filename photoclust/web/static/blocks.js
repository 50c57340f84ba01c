/* A long list of tiles, of which only what is near the screen is there. */

import { get } from "./talk.js";

const NEAR = "1200px 0px";

export class Blocks {
  /** Of an element with `data-url`, `data-total` and `data-block`, tiles per block. */
  constructor(element) {
    this.element = element;
    this.html = new Map();
    this.watcher = new IntersectionObserver((seen) => seen.forEach((one) => this.seen(one)), {
      rootMargin: NEAR,
    });
    this.lay();
  }

  lay() {
    const { total, block } = this.element.dataset;
    const made = [];
    for (let start = 0; start < Number(total); start += Number(block)) {
      const list = document.createElement("ol");
      list.dataset.start = start;
      list.style.setProperty("--count", Math.min(block, total - start));
      this.watcher.observe(list);
      made.push(list);
    }
    this.element.replaceChildren(...made);
  }

  seen({ target, isIntersecting }) {
    target.isNear = isIntersecting;
    if (isIntersecting) this.fill(target);
    else if (!target.querySelector(":checked")) this.drop(target);
  }

  async fill(list) {
    const { url, query } = this.element.dataset;
    const html = await get(`${url}/${list.dataset.start}${query ?? ""}`);
    if (!list.isNear || this.html.get(list) === html) return;
    const kept = [...list.querySelectorAll(":checked")].map((box) => box.value);
    const held = list.contains(document.activeElement) && identity(document.activeElement);
    this.html.set(list, html);
    list.innerHTML = html;
    for (const box of list.querySelectorAll("input")) box.checked = kept.includes(box.value);
    if (held) [...list.querySelectorAll("a, input")].find((x) => identity(x) === held)?.focus();
  }

  drop(list) {
    this.html.delete(list);
    list.replaceChildren();
  }

  /** Look again at what is on the screen. */
  async refresh(total) {
    if (total !== this.element.dataset.total) {
      const before = [...this.element.children];
      this.element.dataset.total = total;
      this.watcher.disconnect();
      this.html.clear();
      this.lay();
      // What was there stays until the new tiles are.
      [...this.element.children].forEach((list, place) => {
        if (before[place]?.hasChildNodes()) list.replaceChildren(...before[place].childNodes);
      });
      return;
    }
    await Promise.all([...this.element.children].filter((x) => x.isNear).map((x) => this.fill(x)));
  }

  /** Go to the tile so many further, or a row up or down. */
  step(key) {
    const tiles = [...this.element.querySelectorAll("a, input")];
    const at = tiles.indexOf(document.activeElement);
    if (at < 0) {
      tiles[0]?.focus();
      return tiles.length > 0;
    }
    const here = tiles[at].getBoundingClientRect();
    const row = tiles.filter((x) => Math.abs(x.getBoundingClientRect().top - here.top) < 8).length;
    const next = tiles[at + { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[key]];
    next?.focus();
    return Boolean(next);
  }

  leave() {
    this.watcher.disconnect();
  }
}

const identity = (tile) => tile.dataset.pile ?? tile.value;
