/* Conflicts and history: a fragment with buttons. */

import { act, get } from "./talk.js";

export class List {
  constructor(view, name) {
    this.view = view;
    this.url = `/${name}`;
    this.clicked = (event) => {
      const button = event.target.closest("button[data-act]");
      if (button) act(button.dataset.act, { act: Number(button.dataset.number) });
    };
  }

  async open() {
    await this.refresh();
    this.view.addEventListener("click", this.clicked);
    this.view.querySelector("h1").focus();
  }

  async refresh() {
    const html = await get(this.url);
    if (html !== this.html) this.view.innerHTML = this.html = html;
  }

  leave() {
    this.view.removeEventListener("click", this.clicked);
  }
}
