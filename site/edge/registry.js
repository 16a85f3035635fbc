// A static registry's answer to any request, as steps that a host carries out.
//
//   {read: [{path, digest?}], then: f}   read these files, then go on with f(texts); null for one
//                                        that is not there. A digest names content that may be kept.
//   {files: [path], otherwise: answer}   pass on the first of these files that is there, unread
//   {status, body, page?}                answer; with the file `page` as its body, if that is there
//
// Paths are those of the built output, already decoded and checked. The meanings are those of
// builder/hosts/embedded/answers.py; a test asks both and compares.

import lists from './lists.js';
import query from './query.js';

const JSON_TYPE = 'application/json';
const ALLOWED = 'GET, HEAD, OPTIONS';
const FRESHNESS = 'public, max-age=60, stale-while-revalidate=600';
const FOR_EVER = 'public, max-age=31536000, immutable'; // what is named by its content
const MISSING_PAGE = '404.html';
const READS = 1000;
const TYPES = {
  json: JSON_TYPE,
  yaml: 'application/yaml',
  xml: 'application/xml',
  tsv: 'text/tab-separated-values; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  gz: 'application/gzip',
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/vnd.microsoft.icon',
  woff2: 'font/woff2',
};
// On every answer, since GitHub Copilot asks registries for just the first three.
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, OPTIONS',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type',
  'Access-Control-Expose-Headers': 'ETag',
};

function error(status, says) {
  // Escaped as all JSON here is, so that no text is ever markup.
  const text = JSON.stringify({ error: says }).replace(/[<>&]/g, (mark) => '\\u00' + mark.charCodeAt(0).toString(16));
  return { status: status, body: `${text}\n` };
}

function invalid(reason) {
  return error(400, `Invalid parameter: ${reason}.`);
}

// A file, or the page of a folder. Programs get their errors in JSON, people a page.
function file(path) {
  const otherwise = error(404, 'Not found');
  if (!/^(v[0-9]|data(\/|$))/.test(path)) otherwise.page = MISSING_PAGE;
  return { files: path ? [path, `${path}/index.html`] : ['index.html'], otherwise: otherwise };
}

function ofServer(paths) {
  return { files: paths, otherwise: error(404, 'Server not found') };
}

function writing() {
  return {
    read: [{ path: 'data/snapshot.json' }],
    then: (texts) => {
      const repository = texts[0] ? JSON.parse(texts[0].slice(0, texts[0].length)).registry.repository : '';
      const where = repository || "this registry's Git repository";
      return error(501, `This registry is read-only here. To publish, open a pull request in ${where}.`);
    },
  };
}

// The parts of a path, or null where it could lead elsewhere.
function segments(target) {
  const path = query.decoded(target);
  if (path === null) return null;
  const bare = path.replace(/^\/+|\/+$/g, '');
  if (bare === '') return [''];
  const parts = bare.split('/');
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === '' || parts[i] === '.' || parts[i] === '..') return null;
    if (parts[i].indexOf('\0') >= 0 || parts[i].indexOf('\\') >= 0) return null;
  }
  return parts;
}

function listed(raw, reads) {
  const found = lists.list(raw, reads);
  return found.error ? invalid(found.error) : found;
}

function route(parts, raw, reads) {
  if (parts[0].toLowerCase() === 'host') return error(404, 'Not found'); // configuration, for the host alone
  if (parts[0] !== 'v0' && parts[0] !== 'v0.1') return file(parts.join('/'));
  if (parts.length === 2 && parts[1] === 'servers') return listed(raw, reads);
  if (parts.length === 2 && ['health', 'ping', 'version'].indexOf(parts[1]) >= 0) {
    return file(`v0.1/${parts[1]}.json`);
  }
  if (parts[1] !== 'servers' || parts[4] !== 'versions' || parts.length > 6) return error(404, 'Not found');
  const isDeleted = query.includeDeleted(raw);
  if (isDeleted.error) return invalid(isDeleted.error);
  const name = `servers/${parts[2]}/${parts[3]}/versions`;
  if (parts.length === 5) {
    const all = `data/deleted/${name}.json`;
    return ofServer((isDeleted ? [all] : []).concat([`v0.1/${name}.json`]));
  }
  const hidden = `data/deleted/${name}/${parts[5]}.json`;
  return ofServer([`v0.1/${name}/${parts[5]}.json`].concat(isDeleted ? [hidden] : []));
}

// The first step for a request: its method, its path and query as they were sent (without `?`),
// and how many files it may cost at the most.
function plan(method, target, raw, reads) {
  // By far the most requests: nothing to decode, nothing to check.
  if (method === 'GET' && target === '/v0.1/servers') return listed(raw, reads || READS);
  if (method === 'OPTIONS') return { status: 204, body: '' };
  if (['POST', 'PUT', 'PATCH', 'DELETE'].indexOf(method) >= 0) return writing();
  if (method !== 'GET' && method !== 'HEAD') return error(405, `The method ${method.slice(0, 20)} is not allowed.`);
  const parts = segments(target);
  return parts === null ? error(404, 'Not found') : route(parts, raw, reads || READS);
}

// The headers of a file that is passed on.
function fileHeaders(path) {
  return Object.assign({}, CORS, {
    'Cache-Control': path.indexOf('assets/') === 0 ? FOR_EVER : FRESHNESS,
    'Content-Type': TYPES[path.slice(path.lastIndexOf('.') + 1)] || 'application/octet-stream',
    'X-Content-Type-Options': 'nosniff',
  });
}

// The headers of an answer, or of the page in its place; to those with status 200 the host adds an ETag.
function answerHeaders(answer, page) {
  if (answer.status === 204) return Object.assign({ 'Access-Control-Max-Age': '86400', Allow: ALLOWED }, CORS);
  const headers = fileHeaders(page || 'answer.json');
  if (answer.status !== 200) headers['Cache-Control'] = 'no-cache';
  if (answer.status === 405 || answer.status === 501) headers.Allow = ALLOWED;
  return headers;
}

export default { answerHeaders, fileHeaders, plan };
