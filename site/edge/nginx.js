// nginx (njs): whole files go on as an internal redirect, which keeps compression, ETag, 304 and
// ranges in nginx's own hands; the rest is read, cut and answered here.

import crypto from 'crypto';
import fs from 'fs';
import facts from './facts.js';
import registry from './registry.js';

// A file of the same content in every release, whose time is known beforehand.
const KNOWN = 'host/edge/package.json';

function text(buffer) {
  return {
    length: buffer.length,
    find: (needle, from) => buffer.indexOf(needle, from),
    findBack: (needle, from) => buffer.lastIndexOf(needle, from),
    slice: (from, to) => buffer.toString('utf8', from, to),
  };
}

// One tree for all reads of a request, though a deploy may switch the link meanwhile.
function reader(root) {
  let real = '';
  return (file) => {
    try {
      real = real || fs.realpathSync(root);
      return text(fs.readFileSync(`${real}/${file.path}`));
    } catch (_) {
      return null;
    }
  };
}

function found(path) {
  try {
    const stat = fs.statSync(path);
    return stat.isFile() ? stat : null;
  } catch (_) {
    return null;
  }
}

function second(stat) {
  return Math.floor(stat.mtimeMs / 1000);
}

// Whether a file's time is a digest of its content, so that nginx's own tag, of time and size, tells
// contents apart. An image or an archive may have given every file one time, or the clock's.
function keepsTime(r, stat, root) {
  const time = second(stat);
  if (time < facts.firstFileTime || time > facts.lastFileTime) return false;
  const known = found(`${root}/${KNOWN}`);
  return known !== null && String(second(known)) === r.variables.mcp_known_time;
}

// A path as an internal redirect reads it, which decodes.
function address(path) {
  return /[^A-Za-z0-9._/-]/.test(path) ? path.split('/').map(encodeURIComponent).join('/') : path;
}

function pass(r, step, root) {
  for (let i = 0; i < step.files.length; i++) {
    const path = step.files[i];
    const stat = found(`${root}/${path}`);
    if (stat === null) continue;
    if (keepsTime(r, stat, root)) r.internalRedirect('/mcp-file/' + address(path));
    else passTagged(r, path, root);
    return;
  }
  miss(r, step.otherwise, root);
}

// Passes a file on under a tag of its content, which has to be read for it.
function passTagged(r, path, root) {
  const tag = tagOf(fs.readFileSync(`${root}/${path}`));
  if (!hasTag(r, tag)) {
    r.variables.mcp_tag = tag;
    r.internalRedirect('/mcp-tagged/' + address(path));
    return;
  }
  const headers = registry.fileHeaders(path);
  delete headers['Content-Type'];
  headers.ETag = tag;
  headers.Vary = 'Accept-Encoding';
  for (const name in headers) r.headersOut[name] = headers[name];
  r.return(304);
}

function tagOf(content) {
  return `W/"${crypto.createHash('md5').update(content).digest('base64url')}"`;
}

function miss(r, answer, root) {
  let page = null;
  try {
    page = answer.page ? fs.readFileSync(`${root}/${answer.page}`) : null;
  } catch (_) {
    // then the answer itself has to do
  }
  if (page === null) {
    respond(r, answer);
    return;
  }
  const headers = registry.answerHeaders(answer, answer.page);
  for (const name in headers) r.headersOut[name] = headers[name];
  r.return(answer.status, page);
}

function hasTag(r, tag) {
  const given = r.headersIn['If-None-Match'];
  if (!given) return false;
  return given.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === tag.slice(2));
}

function respond(r, answer) {
  const headers = registry.answerHeaders(answer);
  for (const name in headers) r.headersOut[name] = headers[name];
  if (answer.status === 200) {
    const tag = tagOf(answer.body);
    r.headersOut.ETag = tag;
    if (hasTag(r, tag)) {
      r.return(304);
      return;
    }
  }
  r.return(answer.status, answer.body);
}

function handle(r) {
  const root = r.variables.document_root;
  const target = r.variables.request_uri;
  const mark = target.indexOf('?');
  const path = registry.below(r.variables.mcp_base, mark < 0 ? target : target.slice(0, mark));
  let step = registry.plan(r.method, path, mark < 0 ? '' : target.slice(mark + 1), 0);
  const read = reader(root);
  while (step.read) step = step.then(step.read.map(read));
  if (step.files) pass(r, step, root);
  else respond(r, step);
}

export default { handle };
