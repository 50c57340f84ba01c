// The arrow keys go to the previous and the next photo.
"use strict";

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const step = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (step) document.querySelector(`a[rel=${step}]`)?.click();
});
