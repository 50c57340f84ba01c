"use strict";

// So many groups have a colour and a shape of their own; so many faces are listed, or named in a
// command.
const HUES = 8;
const SHAPES = ["circle", "square", "triangle"];
const LISTED = 200;
const IN_COMMANDS = 300;
const MERGED = 4; // clusters that are offered to be one
const ISLAND = 0.04; // of the width of the map, around the middle of a group

// Keys of groups: `p` and a name, `c` and a cluster's number, or one of these.
const NOBODY = "";
const OTHERS = "o";
const CHANGED = "n";
const TITLES = { [NOBODY]: "In none", [OTHERS]: "All others", [CHANGED]: "Not as before" };

const count = FACES.id.length;
const everyone = [...Array(count).keys()];
const now = FACES.states[FACES.now];
const dark = matchMedia("(prefers-color-scheme: dark)");
const element = (id) => document.getElementById(id);
const counted = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

const owners = new Map(everyone.map((face) => [now.cluster[face], now.person[face]]));
owners.delete(null);

const regrouped = FACES.states.some((state) => String(state.cluster) !== String(now.cluster));
let mode = now.person.some(Boolean) && !regrouped ? "person" : "cluster";
let source;
let labels;

function made(tag, text = "", properties = {}) {
  const node = Object.assign(document.createElement(tag), properties);
  node.textContent = text;
  return node;
}

// The group that a face has the colour of, or ""; of another library's clusters, as ours are called.
function groupOf(state, face) {
  const like = state.like[face];
  const person = mode === "person" && (state.person[face] ?? owners.get(like));
  if (person) return `p${person}`;
  if (state.cluster[face] == null) return NOBODY;
  return like == null ? OTHERS : `c${like}`;
}

const title = (key) => TITLES[key] ?? (key[0] === "c" ? `Cluster ${key.slice(1)}` : key.slice(1));

// What a face is called in a state.
function called(state, face) {
  if (state.person[face]) return state.person[face];
  return state.cluster[face] == null ? "In no cluster" : `Cluster ${state.cluster[face]}`;
}

// The largest groups, and how each is drawn; the same group looks the same in every plot.
function looks() {
  const sizes = new Map();
  for (const face of everyone) {
    const names = new Set(FACES.states.map((state) => groupOf(state, face)));
    for (const name of names) if (name && name !== OTHERS) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  const order = [...sizes.keys()].sort(
    (a, b) =>
      sizes.get(b) - sizes.get(a) ||
      (a[0] === "c") - (b[0] === "c") ||
      a.localeCompare(b, "en", { numeric: true }),
  );
  const style = getComputedStyle(document.documentElement);
  const found = new Map();
  order.slice(0, HUES * SHAPES.length).forEach((name, place) => {
    const colour = style.getPropertyValue(`--hue${place % HUES}`).trim();
    found.set(name, { colour, shape: SHAPES[Math.floor(place / HUES)], size: 8 });
  });
  return found;
}

function paint() {
  const found = looks();
  const style = getComputedStyle(document.documentElement);
  const other = { colour: style.getPropertyValue("--other").trim(), shape: "circle", size: 5 };
  const nobody = { colour: style.getPropertyValue("--nobody").trim(), shape: "circle", size: 3.5 };
  const columns = { ...source.data };
  FACES.states.forEach((state, plot) => {
    const names = everyone.map((face) => groupOf(state, face));
    const drawn = names.map((name) => found.get(name) ?? (name ? other : nobody));
    columns[`fill${plot}`] = drawn.map((look) => look.colour);
    columns[`shape${plot}`] = drawn.map((look) => look.shape);
    columns[`size${plot}`] = drawn.map((look) => look.size);
    write(plot, names, found);
  });
  source.data = columns;
  list(found);
}

// The name of each large group, above the island that its middle is in.
function write(plot, names, found) {
  const [xs, ys] = [source.data[`x${plot}`], source.data[`y${plot}`]];
  const middle = (values) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  const wide = Math.max(...xs.filter(Number.isFinite)) - Math.min(...xs.filter(Number.isFinite));
  const members = new Map([...found.keys()].map((name) => [name, []]));
  for (const face of everyone) if (Number.isFinite(xs[face])) members.get(names[face])?.push(face);
  const at = { x: [], y: [], text: [] };
  for (const [name, faces] of members) {
    if (!faces.length) continue;
    const [x, y] = [xs, ys].map((values) => middle(faces.map((face) => values[face])));
    const away = (face, from) => Math.hypot(xs[face] - xs[from], ys[face] - ys[from]);
    const far = faces.map((face) => Math.hypot(xs[face] - x, ys[face] - y));
    const centre = faces[far.indexOf(Math.min(...far))];
    const island = faces.filter((face) => away(face, centre) <= wide * ISLAND);
    at.x.push(middle(island.map((face) => xs[face])));
    at.y.push(Math.max(...island.map((face) => ys[face])));
    at.text.push(name.length > 24 ? `${name.slice(1, 23)}…` : name.slice(1));
  }
  labels[plot].source.data = at;
  const style = getComputedStyle(document.documentElement);
  labels[plot].glyph.text_color = style.getPropertyValue("--ink").trim();
}

function mark(look) {
  const drawn = {
    circle: '<circle cx="7" cy="7" r="5.5"/>',
    square: '<rect x="2" y="2" width="10" height="10"/>',
    triangle: '<path d="M7 1.5L13 12H1z"/>',
  };
  const box = made("span", "", { className: "mark" });
  box.innerHTML = `<svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">${drawn[look.shape]}</svg>`;
  box.style.color = look.colour;
  return box;
}

function list(found) {
  const style = getComputedStyle(document.documentElement);
  const grey = { colour: style.getPropertyValue("--other").trim(), shape: "circle" };
  const members = new Map([CHANGED, ...found.keys(), OTHERS, NOBODY].map((name) => [name, []]));
  members.set(CHANGED, everyone.filter(isChanged));
  for (const face of everyone) {
    const name = groupOf(now, face);
    members.get(found.has(name) ? name : name ? OTHERS : NOBODY).push(face);
  }
  const items = [...members].filter(([, faces]) => faces.length);
  element("groups").replaceChildren(
    ...items.map(([name, faces]) => {
      const button = made("button", "", { type: "button" });
      button.append(
        mark(found.get(name) ?? grey),
        made("bdi", title(name)),
        made("span", faces.length.toLocaleString("en"), { className: "number" }),
      );
      button.addEventListener("click", () => select(faces));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

// Is it with others in one state than in another that has it too?
function isChanged(face) {
  const there = FACES.states.filter((state) => state.there[face]);
  return new Set(there.map((state) => groupOf(state, face))).size > 1;
}

const select = (faces) => {
  source.selected.indices = faces;
};

function search(words) {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return select([]);
  const cluster = /^(?:cluster |c)(\d+)$/.exec(wanted);
  const person = everyone.filter((face) => now.person[face]?.toLowerCase() === wanted);
  if (cluster) return select(everyone.filter((face) => now.cluster[face] === Number(cluster[1])));
  if (person.length) return select(person);
  return select(
    everyone.filter(
      (face) =>
        String(FACES.id[face]) === wanted ||
        now.person[face]?.toLowerCase().includes(wanted) ||
        FACES.file[face].toLowerCase().includes(wanted),
    ),
  );
}

const shortPath = (path) => path.split(/[\\/]/).slice(-2).join("/");

function shown() {
  const faces = [...source.selected.indices].sort((a, b) => a - b);
  element("selected-title").textContent = faces.length
    ? `${counted(faces.length, "face")} selected`
    : "No face is selected";
  element("hint").hidden = faces.length > 0;
  element("listed").hidden = element("commands").hidden = !faces.length;
  element("rows").replaceChildren(...faces.slice(0, LISTED).map(row));
  element("rest").hidden = faces.length <= LISTED;
  element("rest").textContent = `and ${(faces.length - LISTED).toLocaleString("en")} more`;
  element("commands").replaceChildren(...(faces.length ? ways(faces).map(command) : []));
}

function row(face) {
  const line = document.createElement("tr");
  const head = made("th", "", { scope: "row" });
  head.append(made("img", "", { src: FACES.crop[face], width: 48, height: 48, alt: "" }));
  head.append(made("span", FACES.id[face]));
  const cells = [now.person[face], now.cluster[face], FACES.day[face]].map((value) => {
    const cell = document.createElement("td");
    cell.append(made("bdi", value ?? ""));
    return cell;
  });
  const photo = document.createElement("td");
  photo.append(made("bdi", shortPath(FACES.file[face]), { title: FACES.file[face] }));
  line.append(head, ...cells, photo);
  return line;
}

// What one may want to say of these faces, and the command that says it.
function ways(faces) {
  const ids = faces.map((face) => FACES.id[face]).join(" ");
  const people = [...new Set(faces.map((face) => now.person[face]).filter(Boolean))];
  const clusters = [...new Set(faces.map((face) => now.cluster[face]).filter((c) => c != null))];
  const whole =
    clusters.length === 1 &&
    everyone.every((face) => now.cluster[face] !== clusters[0] || faces.includes(face));
  const found = [];
  if (clusters.length === 1 && whole && !people.length)
    found.push(["All of this cluster are one person", `name cluster ${clusters[0]} NAME`]);
  if (clusters.length <= MERGED)
    for (const other of clusters.slice(1))
      found.push([`Clusters ${clusters[0]} and ${other} are one person`, `merge ${clusters[0]} ${other}`]);
  if (clusters.length === 2) found.push(["They are two people", `different ${clusters.join(" ")}`]);
  if (faces.length <= IN_COMMANDS) {
    const who = people.length === 1 ? FACES.reference[people[0]] : "NAME";
    found.push(["These faces are one person", `assign face ${ids} ${who}`]);
    if (people.length === 1) found.push([`They are not ${people[0]}`, `reject face ${ids} from ${who}`]);
    else if (clusters.length === 1 && !whole)
      found.push([`They do not belong to cluster ${clusters[0]}`, `reject face ${ids} from cluster ${clusters[0]}`]);
    found.push(["Strangers: do not ask about them", `ignore face ${ids}`]);
    found.push(["No faces at all", `ignore face ${ids} --not-a-face`]);
  }
  if (clusters.length === 1) {
    found.push([`Several people are in cluster ${clusters[0]}`, `split cluster ${clusters[0]}`]);
    found.push([`How cluster ${clusters[0]} hangs together`, `show tree ${clusters[0]}`]);
  }
  return found;
}

function command([words, rest]) {
  const box = made("div", "", { className: "command" });
  const line = `photoclust ${rest}${FACES.ending}`;
  const code = made("code", line);
  const copy = made("button", "Copy", { type: "button" });
  copy.setAttribute("aria-label", `Copy: ${words}`);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(line);
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy"), 1500);
    } catch {
      getSelection().selectAllChildren(code);
    }
  });
  box.append(made("bdi", words), code, copy);
  return box;
}

// The card beside the pointer.
function hover(pointer) {
  const card = element("card");
  const face = source.inspected.indices[0];
  card.hidden = face === undefined || !pointer;
  if (card.hidden) return;
  card.querySelector("img").src = FACES.crop[face];
  const lines = [made("bdi", called(now, face), { className: "who" })];
  if (now.person[face] && now.cluster[face] != null) lines.push(made("span", `Cluster ${now.cluster[face]}`));
  FACES.states.forEach((state) => {
    if (state.there[face] && called(state, face) !== called(now, face))
      lines.push(made("bdi", `${state.title}: ${called(state, face)}`));
  });
  lines.push(made("span", [`Face ${FACES.id[face]}`, FACES.day[face]].filter(Boolean).join(", ")));
  lines.push(made("bdi", shortPath(FACES.file[face])));
  card.querySelector("div").replaceChildren(...lines);
  const { width, height } = card.getBoundingClientRect();
  const left = pointer.x + 18 + width > innerWidth ? pointer.x - 18 - width : pointer.x + 18;
  const top = Math.min(pointer.y + 12, innerHeight - height - 8);
  card.style.translate = `${Math.max(8, left)}px ${Math.max(8, top)}px`;
}

function modes() {
  element("modes").hidden = !now.person.some(Boolean);
  for (const value of ["person", "cluster"]) {
    const label = document.createElement("label");
    const input = made("input", "", { type: "radio", name: "mode", value, checked: value === mode });
    input.addEventListener("change", () => {
      mode = value;
      paint();
    });
    label.append(input, made("span", value));
    element("modes").append(label);
  }
}

async function start() {
  const roots = Object.fromEntries(PLOTS.roots.map((root, place) => [root.id, `plot${place}`]));
  await Bokeh.embed.embed_items({ map: PLOTS }, [{ docid: "map", roots, root_ids: Object.keys(roots) }]);
  const [drawn] = Bokeh.documents.slice(-1);
  source = drawn.get_model_by_name("faces");
  labels = FACES.states.map((_, plot) => {
    const labelled = drawn.get_model_by_name(`labels${plot}`);
    return { source: labelled, glyph: drawn.get_model_by_name(`plot${plot}`).renderers[1].glyph };
  });
  modes();
  paint();
  dark.addEventListener("change", paint);
  source.selected.change.connect(shown);
  let pointer = null;
  document.querySelector(".plots").addEventListener("pointermove", (event) => {
    pointer = { x: event.clientX, y: event.clientY };
    requestAnimationFrame(() => hover(pointer));
  });
  document.querySelector(".plots").addEventListener("pointerleave", () => hover((pointer = null)));
  element("search").addEventListener("input", (event) => search(event.target.value));
  document.addEventListener("keydown", (event) => event.key === "Escape" && select([]));
  document.documentElement.dataset.ready = "yes";
}

start();
