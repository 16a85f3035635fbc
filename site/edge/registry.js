// A static registry's answer to any request, as steps that a host carries out.
//
//   {read: [{path, digest?}], then: f}   read these files, then go on with f(texts); null for one
//                                        that does not exist. A digest names content that may be kept.
//   {files: [path], otherwise: answer}   pass on the first of these files that exists, unread
//   {status, body, page?}                answer; with the file `page` as its body, if that exists
//
// Paths are those of the built output, already decoded and checked. The meanings are those of
// builder/mcp_static/serve/; a test asks both and compares.

import facts from './facts.js';
import lists from './lists.js';
import query from './query.js';

const MESSAGES = facts.messages;
const LIST = `/${facts.apiFolder}/servers`;

function error(status, message) {
  // Escaped as all JSON here is, so that no text is ever markup.
  const text = JSON.stringify({ error: message });
  const escaped = text.replace(/[<>&]/g, (mark) => '\\u00' + mark.charCodeAt(0).toString(16));
  return { status: status, body: `${escaped}\n` };
}

function notFound() {
  return error(404, MESSAGES.notFound);
}

function invalid(reason) {
  return error(400, MESSAGES.invalidParameter.replace('{reason}', reason));
}

// A file, or the page of a folder. Programs get their errors in JSON, people a page.
function file(path) {
  const otherwise = notFound();
  if (!facts.programPaths.test(path)) otherwise.page = facts.missingPage;
  return { files: path ? [path, `${path}/index.html`] : ['index.html'], otherwise: otherwise };
}

function ofServer(paths) {
  return { files: paths, otherwise: error(404, MESSAGES.serverNotFound) };
}

function refuseWriting() {
  return {
    read: [{ path: facts.snapshot }],
    then: (texts) => {
      const repository = texts[0] ? JSON.parse(texts[0].slice(0, texts[0].length)).registry.repository : '';
      return error(
        501,
        MESSAGES.readOnly.replace('{repository}', () => repository || MESSAGES.unnamedRepository)
      );
    },
  };
}

function refuseMethod(method) {
  const name = method.slice(0, MESSAGES.maxMethodLength);
  return error(
    405,
    MESSAGES.methodNotAllowed.replace('{method}', () => name)
  );
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
  if (facts.apiAliases.indexOf(parts[0]) < 0) {
    const path = parts.join('/');
    return facts.hostFiles.test(path) ? notFound() : file(path);
  }
  if (parts.length === 2 && parts[1] === 'servers') return listed(raw, reads);
  if (parts.length === 2 && `${facts.apiFolder}/${parts[1]}` === facts.completeList) return file(facts.completeList);
  if (parts.length === 2 && facts.fixedDocuments.indexOf(parts[1]) >= 0) {
    return file(`${facts.apiFolder}/${parts[1]}.json`);
  }
  if (parts[1] !== 'servers' || parts[4] !== 'versions' || parts.length > 6) return notFound();
  const isDeleted = query.includeDeleted(raw);
  if (isDeleted.error) return invalid(isDeleted.error);
  const versions = `servers/${parts[2]}/${parts[3]}/versions`;
  if (parts.length === 5) {
    const all = `${facts.deletedFolder}/${versions}.json`;
    return ofServer((isDeleted ? [all] : []).concat([`${facts.apiFolder}/${versions}.json`]));
  }
  const deleted = `${facts.deletedFolder}/${versions}/${parts[5]}.json`;
  return ofServer([`${facts.apiFolder}/${versions}/${parts[5]}.json`].concat(isDeleted ? [deleted] : []));
}

// A target below the path that the registry is served under. What stands in front may have taken the
// path off already, so a target without it is taken as it is.
function below(base, target) {
  if (!base || target.indexOf(base) !== 0) return target;
  const rest = target.slice(base.length);
  if (rest === '') return '/';
  return rest.charAt(0) === '/' ? rest : target;
}

// The first step for a request: its method, its path and query as they were sent (without `?`),
// and the most files that it may cost.
function plan(method, target, raw, reads) {
  // By far the most requests: nothing to decode, nothing to check.
  if (method === 'GET' && target === LIST) return listed(raw, reads || facts.maxReads);
  if (method === 'OPTIONS') return { status: 204, body: '' };
  if (facts.writeMethods.indexOf(method) >= 0) return refuseWriting();
  if (facts.readMethods.indexOf(method) < 0) return refuseMethod(method);
  const parts = segments(target);
  return parts === null ? notFound() : route(parts, raw, reads || facts.maxReads);
}

// The headers of a file that is passed on.
function fileHeaders(path) {
  return Object.assign({}, facts.corsHeaders, {
    'Cache-Control': facts.immutablePaths.test(path) ? facts.immutable : facts.fresh,
    'Content-Type': facts.mediaTypes[path.slice(path.lastIndexOf('.') + 1)] || facts.anyMedia,
    'X-Content-Type-Options': facts.contentOptions,
  });
}

// The headers of an answer, or of the page in its place; to those with status 200 the host adds an ETag.
function answerHeaders(answer, page) {
  if (answer.status === 204) return facts.preflightHeaders;
  const headers = fileHeaders(page || 'answer.json');
  if (answer.status !== 200) headers['Cache-Control'] = facts.notCached;
  if (answer.status === 405 || answer.status === 501) headers.Allow = facts.allowedMethods;
  return headers;
}

export default { answerHeaders, below, fileHeaders, plan };
