// Names with & | ! and parentheses, as `photoclust find` reads them (photoclust/query).
//
//   query = all { "|" all }    all = one { "&" one }    one = "!" one | "(" query ")" | person
//
// A tree is { sign: "|" or "&", parts }, { sign: "!", parts: [one] } or { name, number }.
"use strict";

const QUOTES = { '"': '"', "'": "'", "“": "”", "‘": "’", "„": "“”", "«": "»" };
const WORD = /[^\s&|()#!"'‘“„«][^\s&|()#"“„«]*/;
const TOKENS = new RegExp(
  `(?<blank>\\s+)|(?<sign>&&?|\\|\\|?|[!()])|#(?<number>[^\\s&|()]*)|` +
    `(?<name>${WORD.source}(?:\\s+${WORD.source})*)`,
  "y",
);
const MOST_NESTED = 50;

const singleBlanks = (text) => text.split(/\s+/).filter(Boolean).join(" ");

/** The text as signs, names and numbers; throws an Error that says what is wrong. */
function tokensOf(text) {
  const tokens = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] in QUOTES) {
      const [name, after] = quoted(text, at);
      tokens.push({ kind: "name", name });
      at = after;
      continue;
    }
    TOKENS.lastIndex = at;
    const { blank, sign, number, name } = TOKENS.exec(text).groups;
    if (sign) tokens.push({ kind: sign[0] });
    if (name) tokens.push({ kind: "name", name: singleBlanks(name) });
    if (number !== undefined) {
      if (!/^[0-9]+$/.test(number)) throw Error("A # is followed by the number of a person.");
      tokens.push({ kind: "number", number: Number(number) });
    }
    at = TOKENS.lastIndex;
  }
  return [...tokens, { kind: "end" }];
}

function quoted(text, start) {
  let name = "";
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\" && '\\"\'’'.includes(text[at + 1] ?? " ")) name += text[++at];
    else if (QUOTES[text[start]].includes(text[at]) && !isApostrophe(text, at)) {
      if (!singleBlanks(name)) throw Error("There is no name between these quotes.");
      return [singleBlanks(name), at + 1];
    } else name += text[at];
  }
  throw Error("This quote has no end.");
}

const isApostrophe = (text, at) =>
  "'’".includes(text[at]) && /^[\p{L}\p{N}]/u.test(text.slice(at + 1));

/** The tree of a query; throws an Error that says what is wrong. */
function parseQuery(text) {
  const tokens = tokensOf(text);
  let next = 0;
  const kind = () => tokens[next].kind;

  const joined = (sign, read) => {
    const parts = [read()];
    while (kind() === sign) {
      next++;
      parts.push(read());
    }
    return parts.length === 1 ? parts[0] : { sign, parts };
  };
  const either = (depth) => joined("|", () => joined("&", () => one(depth)));
  const one = (depth) => {
    if (depth > MOST_NESTED) throw Error("Too many ( and ! are inside each other here.");
    const token = tokens[next];
    if (!["name", "number", "!", "("].includes(token.kind)) throw Error(nothingHere());
    next++;
    if (token.kind === "!") return { sign: "!", parts: [one(depth + 1)] };
    let part = { name: token.name ?? "", number: token.number };
    if (token.kind === "(") {
      part = either(depth + 1);
      if (kind() !== ")") throw Error("This parenthesis is never closed.");
      next++;
    } else if (token.kind === "name" && kind() === "number") part.number = tokens[next++].number;
    if (!["&", "|", ")", "end"].includes(kind())) throw Error("An & or | is missing here.");
    return part;
  };
  const nothingHere = () => {
    const before = next ? tokens[next - 1].kind : "";
    if (kind() === "end") return before ? `Nothing follows the ${before}.` : "The query is empty.";
    return before ? `Nothing stands between ${before} and ${kind()}.`
      : `Nothing stands before the ${kind()}.`;
  };

  const tree = either(0);
  if (kind() === ")") throw Error("There is no ( for this parenthesis.");
  return tree;
}

/** Everybody who is mentioned. */
function mentioned(tree) {
  return tree.sign ? tree.parts.flatMap(mentioned) : [tree];
}

/** Does the query hold of a photo? `isIn` tells whether somebody who is mentioned is in it. */
function holds(tree, isIn) {
  if (tree.sign === "!") return !holds(tree.parts[0], isIn);
  if (tree.sign === "&") return tree.parts.every((part) => holds(part, isIn));
  if (tree.sign === "|") return tree.parts.some((part) => holds(part, isIn));
  return isIn(tree);
}
