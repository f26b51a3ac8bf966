// The search box: titles and fields of every page, found while one types.

const SHOWN = 12;

const box = document.querySelector("#search");
const list = document.querySelector("#found");
let entries;
let fetched;
let shows = 0;
let selected = -1;

box.parentElement.hidden = false;

/** How well an entry meets a word, 0 best; undefined when it does not. */
function distance(entry, word) {
  const title = entry.title.toLowerCase();
  if (title === word) return 0;
  if (title.startsWith(word) || title.split(/[^\p{L}\p{N}_]+/u).includes(word)) return 1;
  const parts = entry.title.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(/[^\p{L}\p{N}]+/u);
  if (parts.some((part) => part.startsWith(word))) return 2;
  if (title.includes(word)) return 3;
  if (entry.text.toLowerCase().includes(word)) return 5;
  const mentions = entry.body.toLowerCase().split(word).length - 1;
  return mentions ? 6 + 1 / mentions : undefined;
}

function find(words) {
  return entries
    .map((entry) => ({ entry, distances: words.map((word) => distance(entry, word)) }))
    .filter(({ distances }) => !distances.includes(undefined))
    .map(({ entry, distances }) => ({ entry, sum: distances.reduce((sum, each) => sum + each, 0) }))
    .sort((a, b) => a.sum - b.sum || a.entry.title.length - b.entry.title.length)
    .slice(0, SHOWN)
    .map(({ entry }) => entry);
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

function row(entry, number) {
  const item = element("li", "", { role: "option", id: `found-${number}`, "aria-selected": "false" });
  const link = element("a", "", { href: entry.url, tabindex: "-1" });
  const title = element("b", "");
  // Where a long name may be broken.
  title.append(...entry.title.split(/(?<=[._])/).flatMap((part) => [part, document.createElement("wbr")]));
  link.append(title, element("small", entry.page));
  if (entry.text) link.append(element("span", entry.text));
  item.append(link);
  return item;
}

function select(number) {
  const rows = list.querySelectorAll("[role=option]");
  selected = rows.length ? (number + rows.length) % rows.length : -1;
  rows.forEach((each, place) => each.setAttribute("aria-selected", String(place === selected)));
  if (selected < 0) {
    box.removeAttribute("aria-activedescendant");
    return;
  }
  rows[selected].scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", rows[selected].id);
}

function close() {
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
}

async function show() {
  const mine = ++shows;
  fetched ??= fetch(box.dataset.index)
    .then((answer) => answer.json())
    .catch((failure) => {
      fetched = undefined; // the next letter asks again
      throw failure;
    });
  entries = await fetched;
  if (mine !== shows) return; // somebody typed on meanwhile, and may be walking the list by now
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) {
    close();
    return;
  }
  const found = find(words);
  list.replaceChildren(...(found.length ? found.map(row) : [element("li", "Nothing found.", { class: "none" })]));
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
  select(0);
}

box.addEventListener("input", show);
box.addEventListener("focus", show);
box.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    select(selected + (event.key === "ArrowDown" ? 1 : -1));
  }
  if (event.key === "Enter" && selected >= 0 && !list.hidden) {
    list.querySelector("[aria-selected=true] a").click();
    close();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea")) {
    event.preventDefault();
    box.focus();
  }
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".search") || event.target.closest("#found a")) close();
});
