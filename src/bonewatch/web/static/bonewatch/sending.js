// A form that is sent again until it arrives. The server counts the same sending once.
const RETRY = 4000;

export function keepSending(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    const body = new FormData(form);
    const pressed = event.submitter;
    if (pressed?.name) body.set(pressed.name, pressed.value);
    form.setAttribute("aria-busy", "true");
    send(form, body);
  });
}

async function send(form, body) {
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    if (answer.status >= 500) throw new Error("the server could not answer");
  } catch {
    waiting(form, true);
    await Promise.race([online(), later()]);
    return send(form, body);
  }
  waiting(form, false);
  if (answer.redirected) return location.assign(answer.url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("main");
  if (!main) return location.reload();
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  for (const again of main.querySelectorAll("form[data-keep-sending]")) keepSending(again);
  (main.querySelector(".nhsuk-error-summary") ?? main).focus();
  return undefined;
}

function waiting(form, is) {
  const said = form.querySelector(".not-sent");
  if (said) said.hidden = !is;
}

const later = () => new Promise((done) => setTimeout(done, RETRY));
const online = () => new Promise((done) => addEventListener("online", done, { once: true }));
