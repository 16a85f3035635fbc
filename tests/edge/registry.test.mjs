// The edge program by itself, on Node's own test runner: plans, and the stores that carry them out.

import assert from 'node:assert/strict';
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import bucketWorker from '../../site/edge/bucket.js';
import assetsWorker from '../../site/edge/assets.js';
import fetching from '../../site/edge/fetch.js';
import folder from '../../site/edge/folder.js';
import query from '../../site/edge/query.js';
import registry from '../../site/edge/registry.js';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const entry = (name, version) =>
  JSON.stringify({ server: { name, version }, _meta: { [OFFICIAL]: { updatedAt: '2025-10-09T00:00:00Z' } } });
const page = (entries, metadata) =>
  `{"servers":[\n${entries.join(',\n')}\n],"metadata":${JSON.stringify({ count: entries.length, ...metadata })}}\n`;
const names = Array.from({ length: 5 }, (_, i) => `com.example/s${i}`);
const FILES = {
  'data/snapshot.json': JSON.stringify({
    registry: { repository: 'https://github.com/a/b' },
    chains: { updated: { firstDay: '2025-10-09', lastDay: '2025-10-09' } },
  }),
  'data/pages/all/0.json': page(
    names.map((name) => entry(name, '1.0.0')),
    { gaps: [1, 3], nextCursor: 'all.100' }
  ),
  'data/pages/all/1.json': page([entry('com.example/last', '2.0.0')], {}),
  'data/search/index.json': JSON.stringify({
    positionsPerPart: 10,
    entries: [{ path: 'data/search/entries/0.tsv', sha256: 'part-0' }],
    latest: [],
  }),
  'data/search/entries/0.tsv': names.map((name, i) => `${i}\t-\t0\t${name}\t1.0.0\t${name}\t\twords\n`).join(''),
  'feed.xml': '<feed/>',
  'v0.1/servers/com.example/a+b %/versions/1.0.0+x.json': entry('com.example/a+b %', '1.0.0+x'),
  'host/secret.json': '{}',
};
for (const name of names) FILES[`v0.1/servers/${name}/versions/1.0.0.json`] = `${entry(name, '1.0.0')}\n`;

const reads = [];
const store = {
  read: async (path) => {
    reads.push(path);
    return FILES[path] ?? null;
  },
  pass: async (path) => (path in FILES ? new Response(FILES[path], { headers: { ETag: `"${path.length}"` } }) : null),
};
const ask = (target, init = {}, from = store) =>
  fetching.handler(from)(new Request(`https://registry.example${target}`, init));
const listed = async (target) => (await (await ask(target)).json()).servers.map((found) => found.server.name.slice(12));

test('a page is cut by positions, gaps included, and joined with the next one', async () => {
  assert.deepEqual(await listed('/v0.1/servers?limit=2'), ['s0', 's1']);
  assert.deepEqual(await listed('/v0.1/servers?limit=2&cursor=all.1'), ['s1', 's2']);
  assert.deepEqual(await listed('/v0.1/servers?limit=4&cursor=all.5'), ['s3', 's4', 'last']);
  const first = await (await ask('/v0.1/servers?limit=2')).json();
  assert.deepEqual(first.metadata, { count: 2, nextCursor: 'all.4' });
});

test('a whole page is passed on, unread', () => {
  const step = registry.plan('GET', '/v0.1/servers', 'limit=100&cursor=all.100', 0);
  assert.deepEqual(step.files, ['data/pages/all/1.json']);
});

test('a part of the search data is read once by an instance', async () => {
  reads.length = 0;
  assert.deepEqual(await listed('/v0.1/servers?search=S3'), ['s3']);
  assert.deepEqual(await listed('/v0.1/servers?search=WORDS&limit=2'), ['s0', 's1']);
  assert.equal(reads.filter((path) => path.endsWith('.tsv')).length, 1);
});

test('a request costs no more files than it may', () => {
  let step = registry.plan('GET', '/v0.1/servers', 'search=words&limit=100', 4);
  let count = 0;
  const give = (file) => {
    count += 1;
    const text = FILES[file.path];
    return {
      length: text.length,
      find: (needle, from) => text.indexOf(needle, from),
      findBack: (needle, from) => text.lastIndexOf(needle, from),
      slice: (from, to) => text.slice(from, to),
    };
  };
  while (step.read) step = step.then(step.read.map(give));
  assert.equal(count, 4);
  const found = JSON.parse(step.body);
  assert.equal(found.metadata.count, 2);
  assert.ok(found.metadata.nextCursor.startsWith('all.2--'));
});

test('names with odd characters are found however they are written', async () => {
  for (const path of ['com.example%2Fa%2Bb%20%25/versions/1.0.0%2Bx', 'com.example/a+b%20%25/versions/1.0.0+x']) {
    const found = await ask(`/v0.1/servers/${path}`);
    assert.equal(found.status, 200);
  }
});

test('the host folder and what leads out are not there', async () => {
  for (const path of [
    '/host/secret.json',
    '/HOST/secret.json',
    '//host/secret.json',
    '/%2e%2e%2fetc',
    '/a%00',
    '/%ff',
    '/a%5cb',
  ]) {
    assert.equal((await ask(path)).status, 404, path);
  }
});

test('validators of every spelling give 304, without a body', async () => {
  for (const target of ['/feed.xml', '/v0.1/servers?limit=2']) {
    const tag = (await ask(target)).headers.get('ETag');
    for (const given of [tag, `W/${tag.replace('W/', '')}`, `"other", ${tag}`, '*']) {
      const again = await ask(target, { headers: { 'If-None-Match': given } });
      assert.equal(again.status, 304, given);
      assert.equal(await again.text(), '');
    }
    assert.equal((await ask(target, { headers: { 'If-None-Match': 'unquoted' } })).status, 200);
  }
});

test('HEAD has no body; writing is refused with the way to do it', async () => {
  assert.equal(await (await ask('/feed.xml', { method: 'HEAD' })).text(), '');
  const refused = await ask('/v0.1/publish', { method: 'POST' });
  assert.equal(refused.status, 501);
  assert.match((await refused.json()).error, /github\.com\/a\/b/);
});

test('cursors are canonical: what was not given out is refused', () => {
  const filters = { search: 'ö b', version: 'latest', updated_since: '', include_deleted: '' };
  const text = query.cursorText('latest', 7, filters);
  assert.equal(text, 'latest.7--c2VhcmNoPSVDMyVCNitiJnZlcnNpb249bGF0ZXN0');
  assert.deepEqual(query.cursorOf(text).filters.search, 'ö b');
  for (const wrong of [
    `${text}A`,
    text.replace('latest.', 'all.'),
    'all.01',
    'all.1--',
    'version.A.0',
    'updated.2025-13-01.0',
  ]) {
    assert.ok(query.cursorOf(wrong).error, wrong);
  }
});

test('times are read as RFC 3339 has them', () => {
  assert.equal(query.seconds('1970-01-02T00:00:00Z'), 86400);
  assert.equal(query.seconds('2024-02-29T23:59:60+01:30'), 1709245800);
  assert.equal(query.seconds('1969-12-31T23:59:59.5Z'), -0.5);
  for (const wrong of [
    '2023-02-29T00:00:00Z',
    '2025-01-01',
    '2025-01-01T24:00:00Z',
    '2025-01-01T00:00:00+24:00',
    '0000-01-01T00:00:00Z',
  ]) {
    assert.equal(query.seconds(wrong), null, wrong);
  }
  assert.equal(query.dayText(query.dayOf('2000-02-29')), '2000-02-29');
});

// R2 as its binding is documented: null for no key, a range from headers, no body only for conditions.
const bucket = {
  get: async (key, options) => {
    if (!key.startsWith('mirror/') || !(key.slice(7) in FILES)) return null;
    const content = FILES[key.slice(7)];
    const asked = /^bytes=(\d+)-(\d+)$/.exec(options?.range?.get('Range') ?? '');
    const range = asked
      ? { offset: Number(asked[1]), length: asked[2] - asked[1] + 1 }
      : { offset: 0, length: content.length };
    return {
      body: content.slice(range.offset, range.offset + range.length),
      text: async () => content,
      httpEtag: '"etag"',
      uploaded: new Date(0),
      size: content.length,
      range,
    };
  },
};

test('the bucket worker answers from a prefix, with ranges', async () => {
  const env = { BUCKET: bucket, PREFIX: 'mirror' };
  const get = (target, headers = {}) => bucketWorker.fetch(new Request(`https://r.example${target}`, { headers }), env);
  assert.equal(await (await get('/feed.xml')).text(), '<feed/>');
  assert.equal((await (await get('/v0.1/servers?search=s3')).json()).metadata.count, 1);
  const part = await get('/feed.xml', { Range: 'bytes=1-4' });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get('Content-Range'), 'bytes 1-4/7');
  assert.equal(await part.text(), 'feed');
  assert.equal((await get('/feed.xml', { 'If-None-Match': '"etag"' })).status, 304);
  assert.equal((await get('/nothing')).status, 404);
});

test('the assets worker asks for addresses in the one spelling that is not redirected', async () => {
  const asked = [];
  const ASSETS = {
    fetch: async (request) => {
      const path = decodeURIComponent(new URL(request.url).pathname.slice(1));
      asked.push(new URL(request.url).pathname);
      return path in FILES
        ? new Response(FILES[path], { headers: { ETag: '"e"' } })
        : new Response(null, { status: 404 });
    },
  };
  const found = await assetsWorker.fetch(
    new Request('https://r.example/v0/servers/com.example%2Fa+b %25/versions/1.0.0+x'),
    { ASSETS }
  );
  assert.equal(found.status, 200);
  assert.deepEqual(asked, ['/v0.1/servers/com.example/a%2Bb%20%25/versions/1.0.0%2Bx.json']);
  assert.equal(found.headers.get('Content-Type'), 'application/json');
});

test('a folder is a store, and its server answers', async () => {
  const root = await mkdtemp(join(tmpdir(), 'edge-'));
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  assert.deepEqual(await folder.store(root).read('nothing'), null);
  const server = folder.serve(root, 0);
  await new Promise((done) => server.on('listening', done));
  const url = `http://127.0.0.1:${server.address().port}`;
  assert.equal((await (await fetch(`${url}/v0.1/servers?limit=1`)).json()).metadata.count, 1);
  assert.equal((await fetch(`${url}/feed.xml`)).headers.get('Content-Type'), 'application/xml');
  server.close();
});

test('a registry is below its path, or where what stands in front has taken it off', () => {
  assert.equal(registry.below('/mcp', '/mcp/v0.1/servers'), '/v0.1/servers');
  assert.equal(registry.below('/mcp', '/mcp'), '/');
  assert.equal(registry.below('/mcp', '/mcpx/v0.1'), '/mcpx/v0.1');
  assert.equal(registry.below('/mcp', '/v0.1/servers'), '/v0.1/servers');
  assert.equal(registry.below('', '/v0.1'), '/v0.1');
  assert.equal(registry.below(undefined, '/v0.1'), '/v0.1');
});
