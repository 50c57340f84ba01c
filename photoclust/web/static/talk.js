/* Asking the server, and telling the person what came of it. */

/** What the server could not do, in its words. */
export class Mistake extends Error {}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new Mistake("photoclust does not answer: it has ended.");
  }
  if (response.ok || response.status === 404) return response;
  const told = await response.json().catch(() => ({ error: "That went wrong." }));
  throw new Mistake([told.error, told.hint].filter(Boolean).join(" "));
}

export async function get(url) {
  return (await ask(url)).text();
}

/** Do something, and say what was done or what was wrong. What the server told, or null. */
export async function act(verb, said = {}) {
  try {
    const response = await ask(`/act/${verb}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(said),
    });
    const told = await response.json();
    say(told.said);
    return told;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    say(error.message, true);
    return null;
  }
}

let fading = 0;

export function say(text, isWrong = false) {
  const said = document.getElementById("said");
  said.textContent = text;
  said.classList.toggle("wrong", isWrong);
  clearTimeout(fading);
  fading = setTimeout(() => (said.textContent = ""), isWrong ? 12000 : 6000);
}
