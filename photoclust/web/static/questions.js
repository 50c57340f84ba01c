/* Questions, one at a time; the next ones are at hand, so that nobody waits for them. */

import { act, get } from "./talk.js";

export class Questions {
  constructor(view) {
    this.view = view;
    this.submitted = (event) => {
      event.preventDefault();
      this.answer(event.target, event.submitter?.value ?? "name");
    };
    this.chosen = () => this.tell();
  }

  async open() {
    this.view.replaceChildren();
    this.view.addEventListener("submit", this.submitted);
    this.view.addEventListener("change", this.chosen);
    await this.refresh();
  }

  leave() {
    this.view.removeEventListener("submit", this.submitted);
    this.view.removeEventListener("change", this.chosen);
  }

  get current() {
    return this.view.querySelector(".question");
  }

  /** Take the questions that the server has now; the one on the screen stays if it still is one. */
  async refresh() {
    const now = this.current;
    const html = await get(`/questions?current=${now?.dataset.key ?? ""}`);
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    if (this.current !== now) return this.refresh(); // answered meanwhile
    const first = fresh.content.querySelector(".question");
    if (now && first?.dataset.key === now.dataset.key) {
      first.remove();
      while (now.nextSibling) now.nextSibling.remove();
      now.after(fresh.content);
    } else {
      this.view.replaceChildren(fresh.content);
    }
    this.show(this.current !== now);
  }

  /** Show the first question only; the pictures of the next are loaded already. */
  show(isNew) {
    const questions = [...this.view.querySelectorAll(".question")];
    questions.forEach((question, place) => (question.hidden = place > 0));
    if (!isNew) return;
    window.scrollTo(0, 0);
    const [first] = questions;
    const field = first?.querySelector("[name=name]");
    const touches = matchMedia("(pointer: coarse)").matches;
    if (field && !touches) field.focus();
    else (first ?? this.view).querySelector("h1")?.focus();
    this.tell();
  }

  async answer(question, answer) {
    const numbers = (name) =>
      [...question.querySelectorAll(`[name=${name}]:checked`)].map((box) => Number(box.value));
    const key = question.dataset.key;
    const name = question.elements.name?.value.trim();
    if (answer === "name" && !name) return question.elements.name.focus();
    question.remove();
    this.show(true);
    if (!this.current) this.view.innerHTML = '<p class="nothing" role="status">Thinking…</p>';
    const said = { question: key, answer, name, also: numbers("also"), but: numbers("but") };
    const told = await (answer === "skip" ? act("skip", said) : act("answer", said));
    if (!told) {
      this.view.prepend(question);
      this.view.querySelector(".nothing")?.remove();
      return this.show(true);
    }
    const before = this.current;
    for (const gone of told.stale) {
      this.view.querySelector(`[data-key="${CSS.escape(gone)}"]`)?.remove();
    }
    for (const face of told.settled) {
      this.view.querySelector(`[name=also][data-face="${face}"]`)?.closest("li").remove();
    }
    this.show(this.current !== before);
  }

  /** What `yes` means once some are chosen. */
  tell() {
    const question = this.current;
    const yes = question?.querySelector("[value=yes]");
    if (!yes || question.dataset.kind !== "is") return;
    const all = question.querySelectorAll("[name=but]").length;
    const but = question.querySelectorAll("[name=but]:checked").length;
    const words = all === 1 ? "Yes" : but ? `Yes, all but ${but}` : `Yes, all ${all}`;
    yes.firstChild.textContent = `${words} `;
  }

  /** Arrows go from face to face. */
  key(key) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    const boxes = [...(this.current?.querySelectorAll("input[type=checkbox]") ?? [])];
    if (!step || !boxes.length) return false;
    const at = boxes.indexOf(document.activeElement);
    boxes[(at + step + boxes.length + (at < 0 && step < 0)) % boxes.length].focus();
    return true;
  }
}
