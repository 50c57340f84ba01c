// Arrow keys and swipes go to the photo before and after, Escape goes back.
// The links stand in the page already: those of whoever one came from, or of all photos.
"use strict";

const FARTHEST_OFF = 40; // pixels up or down in a swipe
const SHORTEST = 60; // pixels

const go = (where) => {
  const steps = document.querySelector(".steps:target") ?? document.querySelector(".steps.all");
  steps.querySelector(where)?.click();
};

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const where = { ArrowLeft: "[rel=prev]", ArrowRight: "[rel=next]", Escape: ".back" }[event.key];
  if (where) go(where);
});

let start = null;
addEventListener("touchstart", ({ touches: [touch, more] }) => {
  const zoomed = globalThis.visualViewport?.scale > 1.01;
  start = more || zoomed || touch.target.closest(".chips") ? null : touch;
});
addEventListener("touchend", ({ changedTouches: [touch] }) => {
  if (!start) return;
  const across = touch.clientX - start.clientX;
  const down = touch.clientY - start.clientY;
  start = null;
  if (Math.abs(across) < SHORTEST || Math.abs(down) > FARTHEST_OFF) return;
  go(across > 0 ? "[rel=prev]" : "[rel=next]");
});
