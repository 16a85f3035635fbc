// Lists: pages of chains, passed as they are or cut and joined, and searches over flat text.
//
// Everything here gives a step for a host to carry out (see registry.js). Files arrive as texts:
// `{length, find(needle, from), findBack(needle, from), slice(from, to)}` or null, whatever the
// host keeps them in; offsets mean the same thing within one text only.

import facts from './facts.js';
import query from './query.js';

const HEAD = facts.listHead;
const TAIL = facts.listTail;
const PAGE_SIZE = facts.pageSize;
const FIELD = facts.searchFields;
// Pages of 100: a cursor's position is the page's number with two zeros behind it.
const STORED = /^limit=100(?:&cursor=(all|latest|everything)\.(?:0|([1-9][0-9]{0,9})00))?$/;

function listing(entries, cursor) {
  const next = cursor ? `,"nextCursor":"${cursor}"` : '';
  const count = entries.length;
  const lines = entries.map((entry) => entry.text).join(',\n');
  const total = entries.reduce((sum, entry) => sum + entry.count, 0);
  return { status: 200, body: `${HEAD}${count ? lines : ''}${TAIL}{"count":${total}${next}}}\n` };
}

const NOTHING = listing([], '');

function pagePath(chain, number) {
  return `${facts.pagesFolder}/${chain}/${number}.json`;
}

// A stored page: where its entries begin and end, their positions, and what it leads to.
function openPage(text, number) {
  const end = text.findBack(TAIL, text.length);
  const metadata = JSON.parse(text.slice(end + TAIL.length, text.length).replace(/\}\n$/, ''));
  const gaps = metadata.gaps || [];
  const positions = [];
  for (let i = 0; positions.length < metadata.count; i++) {
    if (gaps.indexOf(i) < 0) positions.push(number * PAGE_SIZE + i);
  }
  return { text: text, end: end, positions: positions, next: metadata.nextCursor || '' };
}

// Entries `from` to `to` of a page, as one piece of text.
function cut(page, from, to) {
  let start = HEAD.length;
  for (let i = 0; i < from; i++) start = page.text.find('\n', start) + 1;
  let end = start;
  for (let i = from; i < to; i++) end = page.text.find('\n', end) + 1;
  // The last entry ends at the tail, every other one in a comma.
  return { count: to - from, text: page.text.slice(start, to === page.positions.length ? page.end : end - 2) };
}

// A page of a chain, from a position on.
function walk(cursor, limit, reads) {
  // Days have few entries each, so their pages are joined; all others are full but for gaps.
  const isDay = cursor.chain.indexOf('updated/') === 0;
  if (limit === PAGE_SIZE && cursor.position % PAGE_SIZE === 0 && !isDay) {
    const path = pagePath(cursor.chain, cursor.position / PAGE_SIZE);
    return { files: [path], otherwise: NOTHING };
  }
  return gather(cursor, limit, reads, [], 0);
}

function gather(cursor, limit, reads, entries, count) {
  const number = Math.floor(cursor.position / PAGE_SIZE);
  return {
    read: [{ path: pagePath(cursor.chain, number) }],
    then: (texts) => {
      if (!texts[0]) return listing(entries, '');
      const page = openPage(texts[0], number);
      let from = 0;
      while (from < page.positions.length && page.positions[from] < cursor.position) from++;
      const to = Math.min(from + limit - count, page.positions.length);
      const more = to > from ? entries.concat([cut(page, from, to)]) : entries;
      const total = count + to - from;
      if (to < page.positions.length) {
        return listing(more, query.cursorText(cursor.chain, page.positions[to], null));
      }
      if (!page.next || total === limit || reads <= 1) return listing(more, page.next);
      return gather(query.cursorOf(page.next), limit, reads - 1, more, total);
    },
  };
}

// A file that holds one JSON value.
function parsed(text) {
  return JSON.parse(text.slice(0, text.length));
}

// The second from which answers to `updated_since` begin: the registry's slack earlier than asked.
function beginning(filters, snapshot) {
  return filters.since - (snapshot.updatedSinceSlack || 0);
}

// What was updated at a time or later, by day: the day's index finds the page, the page the entry.
function walkSince(filters, limit, reads) {
  return {
    read: [{ path: facts.snapshot }],
    then: (texts) => {
      const snapshot = texts[0] ? parsed(texts[0]) : null;
      const days = snapshot ? snapshot.chains.updated : {};
      if (!days.firstDay) return listing([], '');
      const since = beginning(filters, snapshot);
      const day = Math.max(query.dayOf(days.firstDay), Math.floor(since / 86400));
      if (day > query.dayOf(days.lastDay)) return listing([], '');
      return onDay(`updated/${query.dayText(day)}`, since, limit, reads - 1);
    },
  };
}

function onDay(chain, since, limit, reads) {
  return {
    read: [{ path: `${facts.pagesFolder}/${chain}/index.json` }],
    then: (texts) => {
      const until = texts[0] ? parsed(texts[0]).until : [0];
      let number = 0;
      while (number < until.length && until[number] < since) number++;
      return onPage(chain, Math.min(number, until.length - 1), number < until.length, since, limit, reads - 1);
    },
  };
}

function onPage(chain, number, isHere, since, limit, reads) {
  return {
    read: [{ path: pagePath(chain, number) }],
    then: (texts) => {
      if (!texts[0]) return listing([], '');
      const page = openPage(texts[0], number);
      if (!isHere) return page.next ? walk(query.cursorOf(page.next), limit, reads - 1) : listing([], '');
      let low = 0;
      let high = page.positions.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (updatedAt(cut(page, middle, middle + 1).text) < since) low = middle + 1;
        else high = middle;
      }
      const position = low ? page.positions[low] : number * PAGE_SIZE;
      return walk({ chain: chain, position: position }, limit, reads - 1);
    },
  };
}

function updatedAt(entry) {
  return query.seconds(JSON.parse(entry)._meta[facts.officialMeta].updatedAt);
}

// Entries that pass filters for which there is no chain: lines of the search data, then documents.
//
// `reads` bounds the files of one request: half of what is left may be parts, one a hit the rest.
function search(filters, cursor, limit, reads) {
  if (/[\0-\x1f]/.test(filters.search)) return listing([], ''); // occurs only between texts, never in one
  const kind = filters.version === 'latest' ? 'latest' : 'entries';
  const files = filters.since === null ? [facts.searchIndex] : [facts.searchIndex, facts.snapshot];
  return {
    read: files.map((path) => ({ path: path })),
    then: (texts) => {
      if (!texts[0] || texts[files.length - 1] === null) return listing([], '');
      const index = parsed(texts[0]);
      const scan = {
        filters: filters,
        since: filters.since === null ? null : beginning(filters, parsed(texts[1])),
        parts: index[kind],
        size: index.positionsPerPart,
        from: cursor ? cursor.position : 0,
        limit: limit,
        hits: [],
        partsLeft: Math.max(1, reads >> 1),
        readsLeft: reads - files.length,
      };
      return scanPart(scan, Math.floor(scan.from / scan.size));
    },
  };
}

function scanPart(scan, number) {
  if (number >= scan.parts.length) return documents(scan, null);
  if (!scan.partsLeft) return documents(scan, number * scan.size);
  return {
    read: [{ path: scan.parts[number].path, digest: scan.parts[number].sha256 }],
    then: (texts) => {
      scan.partsLeft--;
      scan.readsLeft--;
      const most = Math.min(scan.limit, Math.max(1, scan.readsLeft));
      const next = texts[0] ? scanLines(scan, texts[0], most) : null;
      return next === null ? scanPart(scan, number + 1) : documents(scan, next);
    },
  };
}

// Adds the lines that pass to `scan.hits`; gives the position of the first that no longer fits, or null.
function scanLines(scan, text, most) {
  const filters = scan.filters;
  const isExact = filters.version && filters.version !== 'latest';
  const needle = filters.search || (isExact ? `\t${filters.version}\t` : '');
  let at = 0;
  while (at < text.length) {
    if (needle) {
      const found = text.find(needle, at);
      if (found < 0) return null;
      at = text.findBack('\n', found) + 1;
    }
    const end = text.find('\n', at);
    const line = text.slice(at, end);
    at = end + 1;
    const fields = line.split('\t');
    if (Number(fields[FIELD.position]) < scan.from || !passes(fields, scan)) continue;
    if (scan.hits.length === most) return Number(fields[FIELD.position]);
    scan.hits.push({ path: documentPath(fields), rank: rank(fields, filters.search) });
  }
  return null;
}

// Where a hit goes among those of its page: first what is called that, then what has it in its name.
function rank(fields, needle) {
  const name = fields[FIELD.words];
  if (`/${name}`.slice(-needle.length - 1) === `/${needle}`) return 0;
  return name.indexOf(needle) >= 0 ? 1 : 2;
}

function passes(fields, scan) {
  const filters = scan.filters;
  if (fields[FIELD.flag] === facts.deletedFlag && !filters.include_deleted) return false;
  if (filters.version && filters.version !== 'latest' && fields[FIELD.version] !== filters.version) return false;
  if (scan.since !== null && Number(fields[FIELD.updated]) < scan.since) return false;
  return !filters.search || fields.slice(FIELD.words).some((words) => words.indexOf(filters.search) >= 0);
}

function documentPath(fields) {
  const root = fields[FIELD.flag] === facts.deletedFlag ? facts.deletedFolder : facts.apiFolder;
  return `${root}/servers/${fields[FIELD.name]}/versions/${fields[FIELD.version]}.json`;
}

function documents(scan, next) {
  const cursor = next === null ? '' : query.cursorText(query.order(scan.filters), next, scan.filters);
  if (!scan.hits.length) return listing([], cursor);
  const ranked = [0, 1, 2].map((one) => scan.hits.filter((hit) => hit.rank === one));
  return {
    read: ranked[0].concat(ranked[1], ranked[2]).map((hit) => ({ path: hit.path })),
    then: (texts) =>
      listing(
        texts.filter((text) => text).map((text) => ({ count: 1, text: text.slice(0, text.length).replace(/\n$/, '') })),
        cursor
      ),
  };
}

// The answer to `GET /v0.1/servers`, from its query as it was sent.
function list(raw, reads) {
  // The requests of a walk as most clients write them, for which nothing has to be looked at.
  const stored = STORED.exec(raw);
  if (stored) return { files: [pagePath(stored[1] || 'all', stored[2] || '0')], otherwise: NOTHING };
  const asked = query.listQuery(raw);
  if (asked.error) return asked;
  const cursor = asked.cursor;
  if (cursor && !cursor.filters) return walk(cursor, asked.limit, reads);
  const filters = asked.filters;
  if (cursor) return search(filters, cursor, asked.limit, reads);
  const chain = query.chainOf(filters);
  if (chain) return walk({ chain: chain, position: 0 }, asked.limit, reads);
  if (!filters.search && !filters.version) return walkSince(filters, asked.limit, reads);
  return search(filters, null, asked.limit, reads);
}

export default { list };
