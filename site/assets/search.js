// Searching as one types: the cards of all servers are fetched with the first question, kept, and read
// through for each. Every word has to stand in name, title or description; filters are facts of records.

const form = document.getElementById('search');
const results = document.getElementById('results');
const found = document.getElementById('found');
const more = document.getElementById('more');
const FILTERS = ['package', 'place', 'transport', 'status'];
const PAGE = 50;

let loading = null;
let matches = [];
let shown = 0;
let asked = 0;

// What is written in the form, as plain values; empty ones are left out.
function question() {
  const values = {};
  for (const name of ['q', ...FILTERS]) {
    const value = form.elements[name].value.trim();
    if (value) values[name] = value;
  }
  return values;
}

function parse(text) {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name, version, status, updated, kinds, title, description] = line.split('\t');
      const folded = line.slice(line.indexOf(kinds) + kinds.length).toLowerCase();
      const key = name.toLowerCase();
      const short = key.slice(key.indexOf('/') + 1);
      return { name, version, status, updated, kinds: ` ${kinds} `, title, description, key, short, folded };
    });
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
}

async function load() {
  const index = await (await fetched(form.dataset.index)).json();
  const parts = index.cards.map(async (part) => parse(await (await fetched(`${form.dataset.base}/${part.path}`)).text()));
  return (await Promise.all(parts)).flat();
}

// Where the words stand tells the order: the name and its beginning, the title, the description, the
// namespace. Nothing else does: there are no ranks among servers.
function rank(server, words) {
  const short = server.short;
  const whole = words.join(' ');
  if (short === whole || server.key === whole) return 0;
  if (words.length && short.startsWith(words[0])) return 1;
  const texts = [short, `${short} ${server.title.toLowerCase()}`, `${short} ${server.folded}`];
  const at = texts.findIndex((text) => words.every((word) => text.includes(word)));
  return at < 0 ? 5 : at + 2;
}

function order(one, other) {
  return one < other ? -1 : Number(one > other);
}

function search(servers, asked) {
  const words = (asked.q || '').toLowerCase().split(/\s+/).filter(Boolean);
  const kinds = FILTERS.slice(0, 3)
    .filter((name) => asked[name])
    .map((name) => ` ${name}:${asked[name]} `);
  const hits = servers.filter(
    (server) =>
      (asked.status ? server.status === asked.status : server.status !== 'deleted') &&
      kinds.every((kind) => server.kinds.includes(kind)) &&
      words.every((word) => server.key.includes(word) || server.folded.includes(word)),
  );
  for (const hit of hits) hit.rank = rank(hit, words);
  return hits.sort((a, b) => a.rank - b.rank || order(a.short, b.short) || order(a.key, b.key));
}

function element(name, text, kind) {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

// Where it runs and what its packages are, in the words of the filters.
function offers(server) {
  return server.kinds
    .trim()
    .split(' ')
    .map((kind) => kind.split(':'))
    .filter(([kind]) => kind === 'package' || kind === 'place')
    .map(([kind, word]) => (kind === 'place' ? word : [...form.elements.package].find((one) => one.value === word)?.text) ?? word);
}

function row(server) {
  const line = document.createElement('li');
  const link = element('a', server.title || server.name.slice(server.name.indexOf('/') + 1));
  link.href = `${form.dataset.base}/servers/${server.name.split('/').map(encodeURIComponent).join('/')}/`;
  line.append(link, ' ', element('span', server.name, 'name'));
  if (server.status !== 'active') line.append(' ', element('span', server.status, `tag ${server.status}`));
  const says = element('p', server.description);
  link.dir = says.dir = 'auto';
  line.append(says, element('p', [server.version, server.updated, ...offers(server)].join(' · '), 'quiet'));
  return line;
}

function show(count) {
  results.append(...matches.slice(shown, shown + count).map(row));
  shown = Math.min(matches.length, shown + count);
  more.hidden = shown === matches.length;
}

function clear(says) {
  matches = [];
  shown = 0;
  results.replaceChildren();
  more.hidden = true;
  found.textContent = says;
}

async function answer() {
  const values = question();
  const turn = ++asked;
  if (!Object.keys(values).length) return clear('Type a search or choose a filter.');
  if (!loading) {
    found.textContent = 'Loading the servers …';
    loading = load();
  }
  try {
    const servers = await loading;
    if (turn !== asked) return;
    const hits = search(servers, values);
    const count = hits.length.toLocaleString('en');
    clear(hits.length ? `${count} ${hits.length === 1 ? 'server' : 'servers'} found.` : 'No servers found. Try fewer words, or clear the filters.');
    matches = hits;
    show(PAGE);
  } catch {
    loading = null; // the next key tries again
    clear('The servers could not be loaded. Check your connection and try again, or browse the lists.');
  }
}

// The address says what was asked, for sharing; not at every key, as browsers refuse that.
let pending = 0;
function remember() {
  clearTimeout(pending);
  pending = setTimeout(() => {
    const query = new URLSearchParams(question()).toString();
    history.replaceState(null, '', query ? `?${query}` : location.pathname);
  }, 300);
}

function changed() {
  answer();
  remember();
}

// Arrow keys go through the results, and back to the field.
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  const stops = [form.elements.q, ...results.querySelectorAll('li > a')];
  const at = stops.indexOf(document.activeElement);
  if (at < 0 || !stops[at + step]) return;
  event.preventDefault();
  stops[at + step].focus();
}

const given = new URLSearchParams(location.search);
for (const name of ['q', ...FILTERS]) {
  const field = form.elements[name];
  const value = given.get(name) || '';
  if (field.options && ![...field.options].some((option) => option.value === value)) continue;
  field.value = value;
}
form.addEventListener('input', changed);
form.addEventListener('reset', () => setTimeout(changed)); // once the fields are empty
form.addEventListener('submit', (event) => {
  event.preventDefault();
  changed();
});
more.addEventListener('click', () => {
  const first = shown;
  show(PAGE);
  results.children[first]?.querySelector('a').focus();
});
document.addEventListener('keydown', walk);
if (given.size) answer();
else form.elements.q.focus();
