/* Asking the server, and telling the person what came of it. */

export async function get(url) {
  const response = await fetch(url);
  if (!response.ok && response.status !== 404) throw await mistake(response);
  return response.text();
}

/** Do something; says what was done, or what was wrong. Answers what the server told, or null. */
export async function act(verb, said = {}) {
  try {
    const response = await fetch(`/act/${verb}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(said),
    });
    if (!response.ok) throw await mistake(response);
    const told = await response.json();
    say(told.said);
    return told;
  } catch (error) {
    say(error instanceof TypeError ? "photoclust has ended." : error.message, true);
    return null;
  }
}

async function mistake(response) {
  try {
    const { error, hint } = await response.json();
    return new Error(`${error} ${hint}`.trim());
  } catch {
    return new Error("That went wrong; the terminal says what.");
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
