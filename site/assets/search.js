// Searching as one types: the cards of all servers are fetched with the first question, kept, and read
// through for each. Every word has to occur in the name, title or description; filters are facts of records.

const form = document.getElementById('search');
const results = document.getElementById('results');
const found = document.getElementById('found');
const more = document.getElementById('more');
const FILTERS = ['package', 'location', 'transport', 'status'];
const PAGE = 50;

let listed = null;
let loading = null;
let matches = [];
let shown = 0;
let asked = 0;
let answered = '';
let wanted = history.state?.shown || 0; // whoever comes back from a result finds as many as there were

// What is written in the form, as plain values; empty ones are left out.
function question() {
  const values = {};
  for (const name of ['q', ...FILTERS]) {
    const value = form.elements[name].value.trim();
    if (value) values[name] = value;
  }
  return values;
}

// A record as it is searched: what follows the description is cut off. Its fields are read when it is found,
// as reading those of 30,000 takes longer than a search.
function parse(text) {
  const lines = text.split('\n');
  const folded = text.toLowerCase().split('\n');
  lines.pop(); // each ends with a line feed
  return lines.map((line, number) => {
    const low = folded[number];
    const end = low.indexOf('\t', low.indexOf('\t', low.indexOf('\t') + 1) + 1);
    return { line, text: low.slice(0, end), fields: null };
  });
}

function fields(server) {
  if (!server.fields) {
    const [name, title, description, kinds, status, version, updated] = server.line.split('\t');
    const [key, lowTitle, lowDescription] = server.text.split('\t');
    const short = key.slice(key.indexOf('/') + 1);
    const texts = [short, `${short} ${lowTitle}`, `${short} ${lowTitle} ${lowDescription}`];
    server.fields = { name, title, description, kinds: ` ${kinds} `, status, version, updated, key, short, texts };
  }
  return server.fields;
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function list() {
  return (await fetched(form.dataset.index)).json();
}

async function load() {
  const index = (await listed) || (await list());
  listed = null;
  const parts = index.cards.map(async (part) =>
    parse(await (await fetched(`${form.dataset.base}/${part.path}`)).text())
  );
  return (await Promise.all(parts)).flat();
}

// The order depends on where the words occur: the name and its beginning, the title, the description, the
// namespace. Nothing else does: there are no ranks among servers.
function rank(server, words) {
  const whole = words.join(' ');
  if (server.short === whole || server.key === whole) return 0;
  if (words.length && server.short.startsWith(words[0])) return 1;
  const at = server.texts.findIndex((text) => words.every((word) => text.includes(word)));
  return at < 0 ? 5 : at + 2;
}

function order(one, other) {
  return one < other ? -1 : Number(one > other);
}

function search(servers, values) {
  const words = (values.q || '').toLowerCase().split(/\s+/).filter(Boolean);
  const kinds = FILTERS.slice(0, 3)
    .filter((name) => values[name])
    .map((name) => ` ${name}:${values[name]} `);
  const hits = servers
    .filter((server) => words.every((word) => server.text.includes(word)))
    .map(fields)
    .filter(
      (server) =>
        (values.status ? server.status === values.status : server.status !== 'deleted') &&
        kinds.every((kind) => server.kinds.includes(kind))
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
    .filter(([kind]) => kind === 'package' || kind === 'location')
    .map(
      ([kind, word]) =>
        (kind === 'location' ? word : [...form.elements.package].find((one) => one.value === word)?.text) ?? word
    );
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
  answered = JSON.stringify(values);
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
    clear(
      hits.length
        ? `${count} ${hits.length === 1 ? 'server' : 'servers'} found.`
        : 'No servers found. Try fewer words, or clear the filters.'
    );
    matches = hits;
    show(Math.max(PAGE, wanted));
    wanted = 0;
  } catch {
    loading = null; // the next key tries again
    clear('The servers could not be loaded. Check your connection and try again, or browse the lists.');
  }
}

// The address holds the query, for sharing; it is not updated at every key, as browsers refuse that.
let pending = 0;
function write() {
  clearTimeout(pending);
  const query = new URLSearchParams(question()).toString();
  history.replaceState({ shown }, '', query ? `?${query}` : location.pathname);
}

function remember() {
  clearTimeout(pending);
  pending = setTimeout(write, 300);
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
results.addEventListener('click', write); // before the way leads on
document.addEventListener('keydown', walk);
// Browsers fill a form in again for whoever comes back, some of them after this has run.
addEventListener('pageshow', () => {
  if (answered && answered !== JSON.stringify(question())) changed();
});
// What parts there are is asked before the first question, the parts with it.
listed = list().catch(() => null);
if (given.size) answer();
else form.elements.q.focus();
