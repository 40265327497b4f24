// The picture of the body does what the list of ticks does, by pointer and by keyboard.
const body = document.querySelector("[data-body]");
const list = document.querySelector("[data-list]");
const said = document.querySelector(".chosen");
const places = [...document.querySelectorAll(".place")];
const tick = (value) => document.getElementById(`p-${value}`);

body.hidden = false;
list.open = false;

function show() {
  for (const place of places) place.setAttribute("aria-checked", tick(place.dataset.place).checked);
  const chosen = [...document.querySelectorAll("input[name=sites]:checked")];
  const names = chosen.map((one) => one.labels[0].textContent.trim());
  said.textContent = names.length ? `${said.dataset.chosen}: ${names.join(", ")}` : said.dataset.none;
}

function toggle(place) {
  const box = tick(place.dataset.place);
  box.checked = !box.checked;
  show();
}

const middle = (place) => {
  const { x, y, width, height } = place.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
};

// The nearest place in the direction of the arrow key; those straight ahead come first.
function neighbour(place, dx, dy) {
  const [x, y] = middle(place);
  let best = null;
  let least = Infinity;
  for (const other of place.closest("svg").querySelectorAll(".place")) {
    const [ox, oy] = middle(other);
    const ahead = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    if (ahead > 1 && ahead + 2 * aside < least) [best, least] = [other, ahead + 2 * aside];
  }
  return best;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function go(from, to) {
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

for (const place of places) {
  place.addEventListener("click", () => toggle(place));
  place.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") toggle(place);
    else if (event.key in ARROWS) go(place, neighbour(place, ...ARROWS[event.key]));
    else return;
    event.preventDefault();
  });
}
document.addEventListener("change", (event) => event.target.name === "sites" && show());
show();
