// The search on the first page. What it searches is loaded when somebody begins to.
"use strict";

const AT_ONCE = 60; // photos
const FACE_SIDE = 144; // pixels

const form = document.querySelector("form[role=search]");
const field = document.querySelector("#query");
const told = document.querySelector("#told");
const results = document.querySelector("#results");
const everybody = document.querySelector("#everybody");

const loaded = (() => {
  let loading = null;
  return () =>
    (loading ??= new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = "search-data.js";
      script.onload = () => {
        gallery.names = gallery.people.map(([, name]) => folded(name));
        resolve(gallery);
      };
      document.head.append(script);
    }));
})();

const folded = (name) => singleBlanks(name.normalize("NFC")).toLowerCase();
const counted = (count, one, many = `${one}s`) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
const dated = (day) =>
  day && new Date(day).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** The places of those who are meant: the name or number, else a name with such a beginning. */
function meant({ name, number }) {
  const { people, names } = gallery;
  const wanted = folded(name);
  const some = (fits) =>
    people.flatMap(([id], place) =>
      (number === undefined || id === number) && fits(names[place]) ? [place] : [],
    );
  const called = some((other) => !wanted || other === wanted);
  return called.length || number !== undefined
    ? called
    : some((other) => ` ${other}`.includes(` ${wanted}`));
}

async function search() {
  const text = field.value.trim();
  history.replaceState(null, "", text ? `#q=${encodeURIComponent(text)}` : location.pathname);
  everybody.hidden = Boolean(text);
  results.hidden = !text;
  told.textContent = "";
  if (!text) return;
  const { people, photos, names } = await loaded();
  if (field.value.trim() !== text) return;
  try {
    const whole = names.includes(folded(text)) && { name: text };
    const tree = whole || parseQuery(text);
    const known = new Map(mentioned(tree).map((who) => [who, meant(who)]));
    for (const [who, places] of known)
      if (!places.length) throw Error(`Nobody here is called ${who.name || `#${who.number}`}.`);
    const found = photos.filter(([, , , , , inIt]) =>
      holds(tree, (who) => known.get(who).some((place) => inIt.includes(place))),
    );
    const asked = new Set([...known.values()].flat());
    told.textContent = counted(found.length, "photo");
    results.replaceChildren(
      list("wall people", people.filter((_, place) => asked.has(place)).map(person)),
      ...photosInParts(found),
    );
  } catch (error) {
    told.textContent = error.message;
    results.replaceChildren();
  }
}

function made(tag, properties, ...inside) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside);
  return element;
}

const list = (className, items) =>
  made("ul", { className }, ...items.map((item) => made("li", {}, item)));

const picture = (stem, width, height, alt) =>
  made("img", {
    loading: "lazy", width, height, alt, srcset: `${stem}-2.webp 2x`, src: `${stem}.webp`,
    onerror: ({ target }) => Object.assign(target, { srcset: "", src: "missing.webp", onerror: null }),
  });

const person = ([id, name, count, face]) =>
  made("a", { href: `people/person-${id}.html` },
    picture(`faces/face-${face}`, FACE_SIDE, FACE_SIDE, ""),
    made("bdi", { className: "name", textContent: name }), " ",
    made("span", { className: "quiet", textContent: counted(count, "photo") }));

function photo([id, digest, width, height, day, inIt]) {
  const names = inIt.map((place) => `\u2068${gallery.people[place][1]}\u2069`);
  const alt = [...names, dated(day)].filter(Boolean).join(", ") || "Photo";
  return made("a", { href: `photos/photo-${id}.html` },
    picture(`thumbs/thumb-${digest}`, width, height, alt), " ",
    made("span", { className: "quiet", textContent: dated(day) || "No date" }));
}

/** A list of photos that grows by a button. */
function photosInParts(found) {
  const shown = made("ul", { className: "photos" });
  const button = made("button", { type: "button", textContent: "Show more" });
  const grow = () => {
    const part = found.slice(shown.children.length, shown.children.length + AT_ONCE);
    for (const one of part) {
      const item = made("li", {}, photo(one));
      item.style.setProperty("--ratio", one[2] / one[3]);
      shown.append(item);
    }
    button.hidden = shown.children.length === found.length;
    return shown.children[shown.children.length - part.length];
  };
  button.onclick = () => grow().querySelector("a").focus();
  grow();
  return [shown, button];
}

function fromAddress() {
  const asked = /^#q=(.*)/.exec(location.hash);
  if (!asked) return;
  try {
    field.value = decodeURIComponent(asked[1]);
  } catch {
    return; // no address of ours
  }
  search();
}

if (form) {
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("focus", loaded, { once: true });
  field.addEventListener("input", search);
  addEventListener("hashchange", fromAddress);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || document.activeElement === field) return;
    event.preventDefault();
    field.focus();
  });
  fromAddress();
}
