/* Conflicts and history: a fragment with buttons. */

import { act, get, say } from "./talk.js";

export class List {
  constructor(view, name) {
    this.view = view;
    this.url = `/${name}`;
    this.clicked = (event) => {
      const button = event.target.closest("button[data-act]");
      if (button) this.do(button);
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

  do(button) {
    const { act: verb, number, pile } = button.dataset;
    if (number) return act(verb, { act: Number(number) });
    const faces = [...button.closest("li").querySelectorAll(":checked")].map((x) => Number(x.value));
    if (!faces.length) return say("Choose faces first.", true);
    return act(verb, { pile, faces });
  }

  leave() {
    this.view.removeEventListener("click", this.clicked);
  }
}
