// The picture of the body does what the list of ticks does, by pointer and by keyboard.
// The list is the truth: each region of the picture only shows and turns its tick.
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

function begin(map) {
  for (const labels of map.querySelectorAll("[data-without-script]")) labels.remove();
  for (const picture of map.querySelectorAll(".body-map__picture")) enliven(map, picture);
  map.querySelector("[data-list]").open = false;
  map.addEventListener("change", () => show(map));
  addEventListener("pageshow", () => show(map)); // after going back, a browser restores the ticks
  show(map);
}

const boxOf = (place) => document.getElementById(`p-${place.dataset.place}`);

function enliven(map, picture) {
  picture.removeAttribute("aria-hidden");
  picture.setAttribute("role", "group");
  picture.setAttribute("aria-label", picture.dataset.says);
  const places = [...picture.querySelectorAll(".place")];
  for (const place of places) {
    place.setAttribute("role", "checkbox");
    place.setAttribute("aria-label", place.dataset.says);
    place.append(titled(place.dataset.says));
    place.addEventListener("click", () => turn(map, place));
    place.addEventListener("focus", () => reach(places, place));
    place.addEventListener("keydown", (event) => press(event, map, picture, place));
  }
  reach(places, places[0]);
}

function titled(words) {
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = words;
  return title;
}

// One stop of the Tab key for each picture: where the person was last.
function reach(places, reached) {
  for (const place of places) place.setAttribute("tabindex", place === reached ? "0" : "-1");
}

function press(event, map, picture, place) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === " " || event.key === "Enter") turn(map, place);
  else if (event.key in ARROWS) go(picture, place.dataset[ARROWS[event.key]]);
  else return;
  event.preventDefault();
}

function go(picture, value) {
  if (value) picture.querySelector(`[data-place="${value}"]`).focus();
}

function turn(map, place) {
  const box = boxOf(place);
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function show(map) {
  for (const place of map.querySelectorAll(".place"))
    place.setAttribute("aria-checked", boxOf(place).checked);
  for (const mark of map.querySelectorAll("[data-mark]"))
    mark.classList.toggle("is-chosen", document.getElementById(`p-${mark.dataset.mark}`).checked);
  const said = map.querySelector(".chosen");
  const names = [...map.querySelectorAll("input:checked")].map((box) => box.labels[0].textContent);
  const words = names.length ? `${said.dataset.chosen}: ${names.join(", ")}` : said.dataset.none;
  if (said.textContent !== words) said.textContent = words;
}

for (const map of document.querySelectorAll("[data-body-map]")) begin(map);
