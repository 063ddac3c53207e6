// The page's behaviour. Text of papers only ever becomes text nodes and attributes. Offsets of the data count code
// points, those of JavaScript UTF-16 units: `slice` is the one place that knows.

const byId = (id) => document.getElementById(id);
const index = JSON.parse(byId("index").textContent);
const EXTRACTION = index.mode === "extraction";
const RIGHT = index.classes.indexOf("right");
const ROW_HEIGHT = 46; // as .option in page.css
const THING = EXTRACTION ? "row" : "error";

const firstRows = index.articles.map(() => index.rows.length);
for (let row = index.rows.length - 1; row >= 0; row--) firstRows[index.rows[row][0]] = row;
for (let article = firstRows.length - 2; article >= 0; article--) {
  firstRows[article] = Math.min(firstRows[article], firstRows[article + 1]);
}

function element(name, properties, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...content.filter((each) => each !== null && each !== ""));
  return made;
}

let silence;

function say(message) {
  byId("status").textContent = message;
  clearTimeout(silence);
  silence = setTimeout(() => (byId("status").textContent = ""), 10000);
}

const labelOf = (pair) => index.labels.find((each) => each.label === pair.label);
const letter = (number) =>
  element("span", { class: "letter", "data-entity": number, "aria-hidden": "true" }, index.labels[number].label[0]);
const sign = (name) => element("span", { class: "mark", "data-class": name, "aria-hidden": "true" });

// ---------------------------------------------------------------------------------------------------------- articles

const articles = new Map();

function articleAt(number) {
  if (!articles.has(number)) articles.set(number, JSON.parse(byId(`article-${number}`).textContent));
  return articles.get(number);
}

function slice(article, start, end) {
  article.points ??= /[\ud800-\udfff]/.test(article.text) ? Array.from(article.text) : article.text;
  const piece = article.points.slice(start, end);
  return typeof piece === "string" ? piece : piece.join("");
}

// A number as Python's pipeline.quantities.plain prints it: no exponent.
function plain(number) {
  const [digits, power] = String(number).split("e");
  if (power === undefined) return digits;
  const [whole, part = ""] = digits.split(".");
  const point = whole.length + Number(power);
  const all = whole + part;
  return point <= 0 ? `0.${"0".repeat(-point)}${all}` : all.padEnd(point, "0");
}

function shown(value) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number") return String(value);
  const text = plain(value);
  return Math.abs(value) < 10000 ? text : text.replace(/\B(?<!\..*)(?=(\d{3})+(?!\d))/g, "\u202f");
}

function valuesOf(mention) {
  const { label, start, end, text, ...values } = mention;
  return Object.entries(values).filter(([, value]) => value !== null && value !== "" && value !== false);
}

const inWords = (mention) =>
  valuesOf(mention)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(", ");

// --------------------------------------------------------------------------------------------------------- decisions

const STORE = `trialsift ${index.digest}`;
const decisions = new Map(); // row number -> {decision, corrected}, the latest last

function restore() {
  try {
    for (const [row, decision] of JSON.parse(localStorage.getItem(STORE) ?? "[]")) {
      if (row in index.rows) decisions.set(row, decision);
    }
  } catch {
    warn();
  }
}

function keep() {
  try {
    localStorage.setItem(STORE, JSON.stringify([...decisions]));
  } catch {
    warn();
  }
  showDecided();
}

function warn() {
  const notice = byId("notice");
  notice.textContent = "This browser keeps no decisions for this page: export them before you close it.";
  notice.hidden = false;
}

function showDecided() {
  const count = decisions.size;
  byId("decided").textContent = count ? `${count} decision${count === 1 ? "" : "s"}` : "no decisions yet";
  byId("export-lines").disabled = !count;
}

function decide(decision, corrected) {
  const row = currentRow();
  if (row < 0) return say(`Nothing is selected. Press n for the next ${THING}.`);
  if (index.rows[row][3] === RIGHT) return say("Gold and output agree here: there is nothing to decide.");
  decisions.delete(row);
  decisions.set(row, corrected ? { decision, corrected } : { decision });
  keep();
  refresh(row);
  say(`${capital(decision)}: ${describe(row)}. ${byId("decided").textContent}.`);
}

function undo() {
  const row = [...decisions.keys()].pop();
  if (row === undefined) return say("There is no decision to undo.");
  const { decision } = decisions.get(row);
  decisions.delete(row);
  keep();
  select(row);
  refresh(row);
  say(`Undone: ${decision}, ${describe(row)}. ${byId("decided").textContent}.`);
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function describe(row) {
  const [, , label, kind, , text] = index.rows[row];
  return `${index.classes[kind]}, ${index.labels[label].name.toLowerCase()} “${text.replace(/\s+/g, " ")}”`;
}

// ------------------------------------------------------------------------------------------------------------ export

function goldAfter(number) {
  const kept = new Map();
  articleAt(number).pairs.forEach((pair, place) => {
    const mention = decisions.get(firstRows[number] + place)?.decision === "accepted" ? pair.output : pair.gold;
    if (mention) kept.set(`${mention.label} ${mention.start} ${mention.end}`, mention);
  });
  const order = (one, other) =>
    one.start - other.start || one.end - other.end || (one.label < other.label ? -1 : Number(one.label > other.label));
  return [...kept.values()].sort(order);
}

function evaluationLines() {
  const decided = new Map();
  for (const [row, { decision }] of [...decisions].sort((one, other) => one[0] - other[0])) {
    const [number, place] = index.rows[row];
    const { gold, output } = articleAt(number).pairs[place];
    if (!decided.has(number)) decided.set(number, []);
    decided.get(number).push({ decision, gold, output });
  }
  return [...decided].map(([number, made]) => {
    const { id, text } = articleAt(number);
    return { id, text, mentions: goldAfter(number), decisions: made };
  });
}

function extractionLines() {
  return [...decisions]
    .sort((one, other) => one[0] - other[0])
    .map(([row, { decision, corrected }]) => {
      const [number, place] = index.rows[row];
      const article = articleAt(number);
      const pair = article.pairs[place];
      const [from, to] = pair.sentence;
      return {
        article_id: article.id,
        table: labelOf(pair).table,
        sentence: slice(article, from, to),
        start: pair.output.start - from,
        text: pair.output.text,
        decision,
        corrected: corrected ?? {},
      };
    });
}

function exportLines() {
  const lines = EXTRACTION ? extractionLines() : evaluationLines();
  download("decisions.jsonl", lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

// As pipeline/interchange/brat.py writes it: closed choices are attributes, the rest notes.
function exportBrat() {
  if (current.article < 0) showArticle(0);
  const lines = [];
  let attributes = 0;
  let notes = 0;
  goldAfter(current.article).forEach((mention, place) => {
    const key = `T${place + 1}`;
    const { closed } = labelOf(mention);
    const { label, start, end, text, ...values } = mention;
    lines.push(`${key}\t${label} ${start} ${end}\t${text.replace(/[\r\n]/g, " ")}`);
    for (const [name, value] of Object.entries(values)) {
      if (value === null || value === "") continue;
      const printed = typeof value === "number" ? plain(value) : String(value);
      if (closed.includes(name)) lines.push(`A${++attributes}\t${name} ${key} ${printed}`);
      else lines.push(`#${++notes}\tAnnotatorNotes ${key}\t${name}=${printed}`);
    }
  });
  download(`${articleAt(current.article).name}.ann`, lines.map((line) => `${line}\n`).join(""));
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  say(`${name} is written.`);
}

// ----------------------------------------------------------------------------------------------------------- filters

const filters = { labels: new Set(), classes: new Set(), document: "", rule: "", decision: "" };
let listed = []; // the rows that pass

function passes(row) {
  const [article, , label, kind, rule] = index.rows[row];
  return (
    filters.labels.has(label) &&
    filters.classes.has(kind) &&
    (filters.rule === "" || filters.rule === rule) &&
    (filters.document === "" || index.articles[article].toLowerCase().includes(filters.document)) &&
    (filters.decision === "" || (filters.decision === "decided") === decisions.has(row))
  );
}

function filter() {
  listed = [];
  for (let row = 0; row < index.rows.length; row++) if (passes(row)) listed.push(row);
  const count = listed.length.toLocaleString("en");
  byId("list-heading").textContent = `${count} ${THING}${listed.length === 1 ? "" : "s"}`;
  byId("list").scrollTop = 0;
  showList();
  if (current.article >= 0) {
    const sought = index.articles.findIndex((id) => id.toLowerCase().includes(filters.document));
    if (sought >= 0 && !index.articles[current.article].toLowerCase().includes(filters.document)) showArticle(sought);
    fade();
  }
}

function setFilters({ label, kind, rule }) {
  const only = (set, name, wanted, otherwise) => {
    set.clear();
    for (const box of document.getElementsByName(name)) {
      box.checked = wanted === undefined ? otherwise(Number(box.value)) : Number(box.value) === wanted;
      if (box.checked) set.add(Number(box.value));
    }
  };
  only(filters.labels, "label", label, () => true);
  only(filters.classes, "class", kind, (each) => each !== RIGHT);
  filters.rule = rule === undefined ? "" : index.rules.indexOf(rule);
  filters.document = filters.decision = "";
  byId("filter-rule").value = filters.rule;
  byId("filter-document").value = byId("filter-decision").value = "";
}

function buildFilters() {
  const boxes = (place, name, items, set) =>
    items.forEach((content, number) => {
      const change = ({ target }) => {
        if (target.checked) set.add(number);
        else set.delete(number);
        filter();
      };
      place.append(
        element(
          "label",
          { class: "chip" },
          element("input", { type: "checkbox", name, value: number, change }),
          ...content,
        ),
      );
    });
  boxes(
    byId("filter-labels"),
    "label",
    index.labels.map((each, number) => [letter(number), each.name]),
    filters.labels,
  );
  boxes(
    byId("filter-classes"),
    "class",
    index.classes.map((name) => [sign(name), name]),
    filters.classes,
  );
  index.rules.forEach((rule, number) => byId("filter-rule").append(element("option", { value: number }, rule)));
  byId("filter-rule").addEventListener("change", ({ target }) => {
    filters.rule = target.value === "" ? "" : Number(target.value);
    filter();
  });
  byId("filter-decision").addEventListener("change", ({ target }) => {
    filters.decision = target.value;
    filter();
  });
  byId("filter-document").addEventListener("input", ({ target }) => {
    filters.document = target.value.trim().toLowerCase();
    filter();
  });
  byId("filter-document").addEventListener(
    "focus",
    () => byId("documents").append(...index.articles.map((id) => element("option", { value: id }))),
    { once: true },
  );
  byId("filter-form").addEventListener("submit", (event) => event.preventDefault());
  setFilters({});
}

// ------------------------------------------------------------------------------------- the list, only what is in view

function showList() {
  const list = byId("list");
  const inside = byId("list-inside");
  inside.style.height = `${listed.length * ROW_HEIGHT}px`;
  const from = Math.max(0, Math.floor(list.scrollTop / ROW_HEIGHT) - 5);
  const to = Math.min(listed.length, from + Math.ceil((list.clientHeight || 600) / ROW_HEIGHT) + 10);
  inside.replaceChildren(...listed.slice(from, to).map((row, place) => option(row, from + place)));
  const selected = inside.querySelector("[aria-selected=true]");
  if (selected) list.setAttribute("aria-activedescendant", selected.id);
  else list.removeAttribute("aria-activedescendant");
}

function option(row, place) {
  const [article, , label, kind, , text, says] = index.rows[row];
  const decision = decisions.get(row)?.decision;
  const made = element(
    "div",
    {
      class: "option",
      id: `row-${row}`,
      role: "option",
      "aria-selected": String(row === currentRow()),
      "aria-setsize": listed.length,
      "aria-posinset": place + 1,
      "aria-label": `${describe(row)}, in ${index.articles[article]}${decision ? `, ${decision}` : ""}`,
      "data-decision": decision,
      click: () => select(row),
    },
    element("span", { class: "option-text" }, letter(label), text.replace(/\s+/g, " ")),
    element(
      "span",
      { class: "option-about" },
      sign(index.classes[kind]),
      ` ${says ?? index.classes[kind]} · `,
      index.articles[article],
    ),
    decision ? element("span", { class: "option-decision" }, decision) : "",
  );
  made.style.top = `${place * ROW_HEIGHT}px`;
  return made;
}

function bringIntoList(row) {
  const list = byId("list");
  const place = listed.indexOf(row);
  const top = place * ROW_HEIGHT;
  if (place >= 0 && (top < list.scrollTop || top + ROW_HEIGHT > list.scrollTop + list.clientHeight)) {
    list.scrollTop = top - list.clientHeight / 2;
  }
  showList();
}

function listKeys(event) {
  const place = listed.indexOf(currentRow());
  const page = Math.max(1, Math.floor(byId("list").clientHeight / ROW_HEIGHT) - 1);
  const goals = {
    ArrowDown: place + 1,
    ArrowUp: place < 0 ? 0 : place - 1,
    PageDown: place + page,
    PageUp: place - page,
    Home: 0,
    End: listed.length - 1,
    Enter: place,
  };
  if (!(event.key in goals) || !listed.length) return;
  event.preventDefault();
  const goal = Math.min(Math.max(goals[event.key], 0), listed.length - 1);
  select(listed[goal], { focus: event.key === "Enter" });
}

// ---------------------------------------------------------------------------------------------------- the article

const current = { article: -1, pair: -1 };
const currentRow = () => (current.pair < 0 ? -1 : firstRows[current.article] + current.pair);

function showArticle(number) {
  current.article = number;
  current.pair = -1;
  const article = articleAt(number);
  byId("article-title").textContent = article.title || article.id;
  byId("article-about").textContent = [
    `${number + 1} of ${index.articles.length}`,
    article.title ? article.id : "",
    ...index.labels.map((each) => counts(article, each)),
    article.note,
  ]
    .filter(Boolean)
    .join(" · ");
  byId("previous-article").disabled = number === 0;
  byId("next-article").disabled = number === index.articles.length - 1;
  const sections = [];
  let section = null;
  article.sentences.forEach(([start, end, name], place) => {
    if (section === null || section.name !== name) {
      section = { name, start: place + 1, items: [] };
      sections.push(section);
    }
    section.items.push(sentence(article, start, end, place, name));
  });
  byId("text").replaceChildren(
    ...sections.map(({ name, start, items }) =>
      element(
        "section",
        { class: name === "furniture" ? "furniture" : null },
        element("h3", {}, name === "furniture" ? "not read" : name || "text"),
        element("ol", { start }, ...items),
      ),
    ),
  );
  fade();
  showList();
}

function counts(article, { label, name }) {
  const pairs = article.pairs.filter((each) => each.label === label);
  const count = (side) => pairs.filter((each) => each[side]).length;
  if (!pairs.length) return "";
  return EXTRACTION ? `${name} ${count("output")}` : `${name} ${count("gold")} gold, ${count("output")} output`;
}

function sentence(article, start, end, place, section) {
  const within = (side) =>
    article.pairs
      .map((pair, number) => ({ start: pair[side]?.start, end: pair[side]?.end, pair, number, side }))
      .filter((each) => each.start < end && start < each.end)
      .map((each) => ({
        ...each,
        start: Math.max(each.start, start),
        end: Math.min(each.end, end),
        goesOn: each.start < start,
      }))
      .sort((one, other) => one.start - other.start || other.end - one.end);
  const gold = within("gold");
  const output = within("output");
  const quiet = !gold.length && !output.length;
  if (quiet && section === "furniture") {
    const count = (end - start).toLocaleString("en");
    const folded = element(
      "details",
      {},
      element("summary", {}, `${count} characters of the page around the abstract`),
    );
    folded.addEventListener("toggle", () => folded.append(element("p", {}, slice(article, start, end))), {
      once: true,
    });
    return element("li", { class: "quiet" }, folded);
  }
  const sides = EXTRACTION
    ? [element("p", { class: "left" }, ...marked(article, start, end, output)), rowsOf(output)]
    : [
        element(
          "p",
          { class: "left" },
          element("span", { class: "unseen" }, quiet ? "" : "Gold: "),
          ...marked(article, start, end, gold),
        ),
        element(
          "p",
          { class: "right", "aria-hidden": quiet ? "true" : null },
          element("span", { class: "unseen" }, "Output: "),
          ...marked(article, start, end, output),
        ),
      ];
  return element(
    "li",
    { class: quiet ? "quiet" : null, "data-start": start, "data-end": end },
    element("span", { class: "number", "aria-hidden": "true" }, String(place + 1)),
    ...sides,
  );
}

// The text from start to end with its mentions around their words; what crosses the end of another goes on behind it.
function marked(article, start, end, spans) {
  const made = [];
  let at = start;
  let left = spans;
  while (left.length) {
    const [one, ...others] = left;
    const inside = others.filter((each) => each.start < one.end);
    const clipped = inside.map((each) => ({ ...each, end: Math.min(each.end, one.end) }));
    made.push(slice(article, at, one.start), mention(one, marked(article, one.start, one.end, clipped)));
    left = others
      .filter((each) => each.end > one.end)
      .map((each) => (each.start < one.end ? { ...each, start: one.end, goesOn: true } : each))
      .sort((each, other) => each.start - other.start || other.end - each.end);
    at = one.end;
  }
  made.push(slice(article, at, end));
  return made;
}

function mention({ pair, number, side, goesOn }, content) {
  const label = index.labels.indexOf(labelOf(pair));
  const given = {
    class: "mention",
    "data-entity": label,
    "data-class": pair.class,
    "data-pair": number,
    "data-side": side,
  };
  const click = (event) => {
    event.stopPropagation(); // one mention may stand in another
    select(firstRows[current.article] + number, { quietly: true });
  };
  const over = {
    mouseenter: ({ currentTarget }) => showTip(currentTarget, pair),
    mouseleave: () => hideTip(200),
    click,
  };
  if (goesOn) return element("span", { ...given, ...over }, ...content);
  const keydown = (event) => {
    if (event.target !== event.currentTarget || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    click(event);
  };
  const focus = ({ currentTarget }) => showTip(currentTarget, pair);
  return element(
    "span",
    {
      ...given,
      ...over,
      keydown,
      focus,
      blur: () => hideTip(0),
      role: "button",
      tabindex: 0,
      "aria-label": spoken(pair, side),
    },
    ...signed(content, letter(label), pair.class === "right" && side === "gold" ? "" : sign(pair.class)),
  );
}

// The letter before and the mark behind stay in the line of the word beside them.
function signed(content, before, behind) {
  const keep = (...parts) => element("span", { class: "keep" }, ...parts);
  const end = content.length - 1;
  const head = typeof content[0] === "string" ? content[0].match(/^\S{0,24}/u)[0] : "";
  if (end === 0 && head === content[0]) return [keep(before, head, behind)];
  const rest = [...content];
  if (head) rest[0] = rest[0].slice(head.length);
  const tail = typeof rest[end] === "string" ? rest[end].match(/\S{0,24}$/u)[0] : "";
  if (tail) rest[end] = rest[end].slice(0, -tail.length);
  return [keep(before, head), ...rest, keep(tail, behind)];
}

function spoken(pair, side) {
  const one = pair[side];
  const parts = [`${labelOf(pair).name} ${one.text}`, pair.class, inWords(one)];
  if (side === "output") parts.push(pair.rule && `rule ${pair.rule}`, pair.review && `look first: ${pair.review}`);
  return parts.filter(Boolean).join("; ");
}

function rowsOf(spans) {
  const items = spans
    .filter((each) => !each.goesOn)
    .map(({ pair, number }) => {
      const label = index.labels.indexOf(labelOf(pair));
      const click = () => select(firstRows[current.article] + number, { quietly: true });
      const says = element(
        "button",
        { type: "button", class: "says", "data-pair": number, "data-side": "says", click, "data-class": pair.class },
        letter(label),
        pair.says,
        sign(pair.class),
      );
      return element("li", {}, says);
    });
  return element("ul", { class: "right", "aria-label": "Rows" }, ...items);
}

const mentionsOf = (pair) => byId("text").querySelectorAll(`[data-pair="${pair}"]`);

function fade() {
  for (const each of byId("text").querySelectorAll("[data-pair]")) {
    const row = firstRows[current.article] + Number(each.dataset.pair);
    const [, , label, , rule] = index.rows[row];
    each.classList.toggle("faded", !filters.labels.has(label) || (filters.rule !== "" && filters.rule !== rule));
    each.dataset.decision = decisions.get(row)?.decision ?? "";
  }
}

function refresh(row) {
  const [article, pair] = index.rows[row];
  if (article === current.article) fade();
  if (row === currentRow()) {
    const action = document.activeElement?.closest(".card") ? (document.activeElement.dataset.action ?? "") : null;
    showCard(pair);
    if (action !== null) {
      (
        byId("card").querySelector(`[data-action="${action}"]:not(:disabled)`) ??
        byId("card").querySelector("button:not(:disabled)")
      )?.focus();
    }
  }
  showList();
}

function select(row, { focus = false, quietly = false } = {}) {
  const [article, pair] = index.rows[row];
  showView("review");
  if (article !== current.article) showArticle(article);
  current.pair = pair;
  hideTip(0);
  for (const each of byId("text").querySelectorAll("[aria-current]")) each.removeAttribute("aria-current");
  for (const each of mentionsOf(pair)) each.setAttribute("aria-current", "true");
  showCard(pair);
  bringIntoList(row);
  const first = mentionsOf(pair)[0];
  if (!quietly) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    first?.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }
  if (focus) first?.focus({ preventScroll: true });
}

function step(by) {
  const from = currentRow() >= 0 ? currentRow() : current.article >= 0 ? firstRows[current.article] - 0.5 : -0.5;
  const goal = by > 0 ? listed.find((row) => row > from) : listed.findLast((row) => row < from);
  if (goal === undefined) return say(`There is no ${by > 0 ? "further" : "earlier"} ${THING}.`);
  select(goal, { focus: true });
  const place = `${listed.indexOf(goal) + 1} of ${listed.length}`;
  say(`${capital(describe(goal))}, ${place}, in ${index.articles[index.rows[goal][0]]}`);
}

function stepArticle(by) {
  showArticle(current.article + by);
  byId("article-title").focus();
  scrollTo(0, 0);
}

// ---------------------------------------------------------------------------- what is known of a mention: card and tip

function showCard(number) {
  byId("card")?.remove();
  const article = articleAt(current.article);
  const pair = article.pairs[number];
  const row = currentRow();
  const made = decisions.get(row);
  const place = (pair.gold ?? pair.output).start;
  const item = [...byId("text").querySelectorAll("li[data-start]")].find(
    ({ dataset }) => Number(dataset.start) <= place && place < Number(dataset.end),
  );
  const heading = element(
    "h4",
    {},
    letter(index.rows[row][2]),
    labelOf(pair).name,
    " · ",
    sign(pair.class),
    ` ${pair.class}`,
  );
  const about = [pair.rule && `Rule: ${pair.rule}`, pair.review && `Look first: ${pair.review}`].filter(Boolean);
  const card = element(
    "section",
    { class: "card", id: "card", "aria-label": "Selected mention", "data-decision": made?.decision },
    heading,
    EXTRACTION ? listOfValues(pair.output) : tableOfValues(pair),
    ...about.map((line) => element("p", { class: "about" }, line)),
    made
      ? element("p", { class: "made" }, capital(made.decision), made.corrected ? `: ${inWords(made.corrected)}` : "")
      : "",
    pair.class === "right" ? "" : buttons(pair, made),
  );
  item?.append(card);
}

function buttons(pair, made) {
  const change = !pair.output ? "out of gold with it" : !pair.gold ? "into gold with it" : "gold becomes it";
  const button = (action, key, text, click) =>
    element(
      "button",
      { type: "button", "data-action": action, "aria-keyshortcuts": key, click },
      element("kbd", {}, key),
      ` ${text}`,
    );
  return element(
    "div",
    { class: "buttons" },
    button("accepted", "a", EXTRACTION ? "Accept" : `The output is right: ${change}`, () => decide("accepted")),
    EXTRACTION ? button("corrected", "c", "Correct", correct) : "",
    button("rejected", "r", EXTRACTION ? "Reject" : "Gold is right", () => decide("rejected")),
    made ? button("undo", "u", "Undo the last", undo) : "",
  );
}

function listOfValues(mention) {
  return element(
    "dl",
    {},
    ...valuesOf(mention).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, shown(value))]),
  );
}

function tableOfValues({ label, gold, output, differs }) {
  const names = index.labels.find((each) => each.label === label).attributes;
  const cell = (mention, value) => element("td", {}, mention ? shown(value) || "–" : "");
  const rows = names
    .filter((name) => shown(gold?.[name]) || shown(output?.[name]))
    .map((name) =>
      element(
        "tr",
        { class: differs.includes(name) ? "differs" : null },
        element(
          "th",
          { scope: "row" },
          name,
          differs.includes(name) ? element("span", { class: "unlike" }, " differs") : "",
        ),
        cell(gold, gold?.[name]),
        cell(output, output?.[name]),
      ),
    );
  const said = (mention, otherwise) =>
    element("td", { class: "words" }, mention ? mention.text : element("em", {}, otherwise));
  return element(
    "table",
    {},
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("td"),
        element("th", { scope: "col" }, "gold"),
        element("th", { scope: "col" }, "output"),
      ),
    ),
    element(
      "tbody",
      {},
      element("tr", {}, element("th", { scope: "row" }, "words"), said(gold, "nothing"), said(output, "nothing")),
      ...rows,
    ),
  );
}

function correct() {
  if (!EXTRACTION) return;
  if (current.pair < 0) return say(`Nothing is selected. Press n for the next ${THING}.`);
  const pair = articleAt(current.article).pairs[current.pair];
  const before = { ...pair.output, ...decisions.get(currentRow())?.corrected };
  const fields = labelOf(pair).columns.map((column) => ({ column, input: field(column, before[column.name]) }));
  const submit = (event) => {
    event.preventDefault();
    const corrected = {};
    for (const { column, input } of fields) {
      const value = valueIn(input, column.kind);
      if (value === undefined) {
        input.setAttribute("aria-invalid", "true");
        input.focus();
        return say(
          `${column.name} is not ${column.kind === "integer" ? "a whole number" : "a number"}: ${input.value}`,
        );
      }
      input.removeAttribute("aria-invalid");
      if (value !== (pair.output[column.name] ?? null)) corrected[column.name] = value;
    }
    if (!Object.keys(corrected).length) return say("Nothing is changed: accept the row if it is right.");
    form.replaceWith();
    decide("corrected", corrected);
    mentionsOf(current.pair)[0]?.focus({ preventScroll: true });
  };
  const cancel = () => {
    form.remove();
    mentionsOf(current.pair)[0]?.focus({ preventScroll: true });
  };
  const form = element(
    "form",
    { class: "form", "aria-label": "Corrected values", submit, novalidate: true },
    ...fields.map(({ column, input }) => element("label", {}, column.name, input)),
    element(
      "div",
      { class: "buttons" },
      element("button", { type: "submit" }, "Keep the correction"),
      element("button", { type: "button", click: cancel }, "Cancel"),
    ),
  );
  byId("card").querySelector("form")?.remove();
  byId("card").append(form);
  fields[0].input.focus();
}

function field({ name, kind, choices }, value) {
  const options = kind === "boolean" ? ["true", "false"] : choices;
  const text = value === null || value === undefined ? "" : typeof value === "number" ? plain(value) : String(value);
  if (!options.length)
    return element("input", { name, value: text, inputmode: kind === "text" ? null : "decimal", autocomplete: "off" });
  const all = ["", ...options, ...(options.includes(text) || !text ? [] : [text])];
  return element(
    "select",
    { name },
    ...all.map((each) => element("option", { value: each, selected: each === text }, each || "not stated")),
  );
}

function valueIn({ value }, kind) {
  const text = value.trim();
  if (!text) return null;
  if (kind === "text") return text;
  if (kind === "boolean") return text === "true";
  const number = Number(text.replace(/[\s\u202f]/g, ""));
  return Number.isFinite(number) && number >= 0 && (kind !== "integer" || Number.isInteger(number))
    ? number
    : undefined;
}

let hiding;
let pointedAt;

function showTip(at, pair) {
  clearTimeout(hiding);
  const tip = byId("tip");
  const side = at.dataset.side;
  if (firstRows[current.article] + Number(at.dataset.pair) === currentRow() || !pair[side]) return hideTip(0);
  const about = [
    side === "output" && pair.rule && `Rule: ${pair.rule}`,
    pair.review && `Look first: ${pair.review}`,
  ].filter(Boolean);
  tip.replaceChildren(
    element("p", { class: "tip-heading" }, labelOf(pair).name, " · ", sign(pair.class), ` ${pair.class}`),
    listOfValues(pair[side]),
    ...about.map((line) => element("p", { class: "about" }, line)),
  );
  tip.hidden = false;
  pointedAt = at;
  placeTip();
}

function placeTip() {
  const tip = byId("tip");
  if (tip.hidden) return;
  const { left, bottom, top } = pointedAt.getClientRects()[0] ?? { left: 0, bottom: 0, top: 0 };
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
  tip.style.top = `${bottom + height + 12 > innerHeight && top > height + 8 ? top - height - 6 : bottom + 6}px`;
}

function hideTip(after) {
  clearTimeout(hiding);
  if (after) hiding = setTimeout(() => (byId("tip").hidden = true), after);
  else byId("tip").hidden = true;
}

// ------------------------------------------------------------------------------------------------- views and keys

function showView(name, focus = false) {
  const changed = byId(name).hidden;
  for (const each of ["overview", "review"]) {
    byId(each).hidden = each !== name;
    if (each === name) byId(`to-${each}`).setAttribute("aria-current", "page");
    else byId(`to-${each}`).removeAttribute("aria-current");
  }
  if (changed && location.hash !== `#${name}`) history.pushState(null, "", `#${name}`);
  if (name === "review" && current.article < 0 && index.articles.length)
    showArticle(listed.length ? index.rows[listed[0]][0] : 0);
  if (changed) showList();
  if (focus) byId(name).focus({ preventScroll: true });
}

function fromAddress() {
  const name = location.hash.slice(1);
  if (name === "overview" || name === "review") {
    showView(name, true);
    scrollTo(0, 0);
  }
}

const KEYS = {
  n: [`next ${THING} in the list`, () => step(1)],
  p: [`previous ${THING}`, () => step(-1)],
  a: [
    EXTRACTION ? "accept: the row is right" : "accept: the output is right; its span and values become gold",
    () => decide("accepted"),
  ],
  ...(EXTRACTION ? { c: ["correct the values of the row", correct] } : {}),
  r: [
    EXTRACTION ? "reject: there should be no such row" : "reject: gold is right and stays as it is",
    () => decide("rejected"),
  ],
  u: ["undo the last decision", undo],
  "?": ["this help", () => byId("help").showModal()],
};

function onKey(event) {
  if (event.key === "Escape") hideTip(0);
  const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || typing || byId("help").open || !byId("single-keys").checked)
    return;
  if (!Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key][1]();
}

function buildHelp() {
  byId("help-keys").append(
    ...Object.entries(KEYS).flatMap(([key, [text]]) => [
      element("dt", {}, element("kbd", {}, key)),
      element("dd", {}, text),
    ]),
  );
  byId("help-words").textContent = EXTRACTION
    ? "Decisions stay in this browser, for this very page. Export them as JSON lines, one decision a line."
    : "Decisions stay in this browser, for this very page. JSON lines hold each document that has one, with its gold" +
      " as it is after them; brat holds the article that is open.";
  const single = byId("single-keys");
  try {
    single.checked = localStorage.getItem("trialsift single keys") !== "off";
    single.addEventListener("change", () =>
      localStorage.setItem("trialsift single keys", single.checked ? "on" : "off"),
    );
  } catch {
    // A browser without storage: the setting holds for this visit.
  }
}

function start() {
  restore();
  buildFilters();
  buildHelp();
  byId("export-brat").hidden = EXTRACTION;
  byId("left-column").textContent = EXTRACTION ? "Text" : "Gold";
  byId("right-column").textContent = EXTRACTION ? "Rows" : "Output";
  if (EXTRACTION) byId("filter-classes").querySelector("legend").textContent = "Doubt";
  document.body.dataset.mode = index.mode;
  if (matchMedia("(max-width: 60rem)").matches) byId("filters").open = false;
  const clicks = {
    "export-lines": exportLines,
    "export-brat": exportBrat,
    "help-button": () => byId("help").showModal(),
    "help-close": () => byId("help").close(),
    "previous-article": () => stepArticle(-1),
    "next-article": () => stepArticle(1),
    "previous-error": () => step(-1),
    "next-error": () => step(1),
  };
  for (const [id, click] of Object.entries(clicks)) byId(id).addEventListener("click", click);
  byId("overview").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-label], a[data-article]");
    if (!link) return;
    event.preventDefault();
    const { label, class: kind, rule, article } = link.dataset;
    if (article !== undefined) {
      setFilters({});
      filter();
      showView("review");
      stepArticle(Number(article) - current.article);
      return;
    }
    setFilters({ label: Number(label), kind: kind === undefined ? undefined : Number(kind), rule });
    filter();
    if (listed.length) select(listed[0], { focus: true });
    else showView("review", true);
  });
  byId("list").addEventListener("scroll", showList, { passive: true });
  byId("list").addEventListener("keydown", listKeys);
  byId("tip").addEventListener("mouseenter", () => clearTimeout(hiding));
  byId("tip").addEventListener("mouseleave", () => hideTip(200));
  addEventListener("keydown", onKey);
  addEventListener("hashchange", fromAddress);
  addEventListener("popstate", () => (location.hash ? fromAddress() : showView("overview", true)));
  addEventListener("resize", showList);
  addEventListener("scroll", placeTip, { passive: true });
  showDecided();
  filter();
  fromAddress();
  document.documentElement.dataset.ready = Math.round(performance.now());
}

start();
