// Runtimes with the Fetch API: a store of files made into a handler of requests.
//
// A store has `read(path)`, which promises text or null, and `pass(path, headers)`, which promises
// a Response with an ETag (200, or 206 for a Range in `headers`) or null.

import registry from './registry.js';

const KEPT_LENGTH = 48 * 1024 * 1024;
const kept = { length: 0, texts: {} };

function text(content) {
  return {
    length: content.length,
    find: (needle, from) => content.indexOf(needle, from),
    findBack: (needle, from) => content.lastIndexOf(needle, from),
    slice: (from, to) => content.slice(from, to),
  };
}

// What has a digest never changes, so this instance reads it once.
async function read(store, file) {
  if (file.digest && kept.texts[file.digest]) return kept.texts[file.digest];
  const content = await store.read(file.path);
  if (content === null) return null;
  const found = text(content);
  if (file.digest) {
    if (kept.length + found.length > KEPT_LENGTH) Object.assign(kept, { length: 0, texts: {} });
    kept.texts[file.digest] = found;
    kept.length += found.length;
  }
  return found;
}

async function tagOf(body) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body)));
  return `W/"${[...digest.slice(0, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}"`;
}

function bare(tag) {
  return tag.trim().replace(/^W\//, '');
}

function hasTag(request, tag) {
  const given = (request.headers.get('If-None-Match') || '').split(',').map(bare);
  return tag !== '' && (given.includes('*') || given.includes(bare(tag)));
}

async function respond(request, answer) {
  const headers = new Headers(registry.answerHeaders(answer));
  if (answer.status === 204) return new Response(null, { status: 204, headers });
  if (answer.status === 200) {
    const tag = await tagOf(answer.body);
    headers.set('ETag', tag);
    if (hasTag(request, tag)) {
      headers.delete('Content-Type');
      return new Response(null, { status: 304, headers });
    }
  }
  return new Response(request.method === 'HEAD' ? null : answer.body, { status: answer.status, headers });
}

async function pass(request, step, store) {
  for (const path of step.files) {
    const found = await store.pass(path, request.headers);
    if (!found) continue;
    const headers = new Headers(found.headers);
    for (const [name, value] of Object.entries(registry.fileHeaders(path))) headers.set(name, value);
    // Asked here, for stores compare validators in ways of their own.
    const isKnown = hasTag(request, headers.get('ETag') || '');
    if (isKnown) for (const name of ['Content-Type', 'Content-Length', 'Content-Range']) headers.delete(name);
    const body = isKnown || request.method === 'HEAD' ? null : found.body;
    return new Response(body, { status: isKnown ? 304 : found.status, headers });
  }
  return miss(request, step.otherwise, store);
}

async function miss(request, answer, store) {
  const page = answer.page ? await store.read(answer.page) : null;
  if (page === null) return respond(request, answer);
  const headers = new Headers(registry.answerHeaders(answer, answer.page));
  return new Response(request.method === 'HEAD' ? null : page, { status: answer.status, headers });
}

// A handler of requests; `reads` is the most files that one request may cost, `base` the path that the
// registry is served under, if any.
function handler(store, reads, base) {
  return async (request) => {
    // Not URL: it would resolve dots that are encoded in a path before anybody has looked.
    const target = request.url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/#.*$/, '');
    const mark = target.indexOf('?');
    const path = registry.below(base, mark < 0 ? target : target.slice(0, mark));
    let step = registry.plan(request.method, path, mark < 0 ? '' : target.slice(mark + 1), reads);
    while (step.read) step = step.then(await Promise.all(step.read.map((file) => read(store, file))));
    return step.files ? pass(request, step, store) : respond(request, step);
  };
}

export default { handler };
