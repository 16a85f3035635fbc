// The query parameters of the standard API, read strictly: the same meanings, limits and messages
// as builder/mcp_static/serve/query.py. A reading gives a value, or `{error: sentence}`.
//
// Written for njs 0.7 as well: no destructuring, default parameters, spread, for-of, Map or URL.

import facts from './facts.js';

const MESSAGES = facts.messages;
const FILTERS = facts.filters;
const KNOWN = FILTERS.concat(['cursor', 'limit']);
const TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))$/;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

// Percent-decoded text, with malformed escapes left as they are; null where it is not UTF-8.
function decoded(text) {
  if (text.indexOf('%') < 0) return text;
  try {
    return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => decodeURIComponent(run));
  } catch (_) {
    return null;
  }
}

// A value as a form encodes it; the only spelling that a cursor may have.
function encoded(value) {
  return encodeURIComponent(value)
    .replace(/[!'()*]/g, (mark) => '%' + mark.charCodeAt(0).toString(16).toUpperCase())
    .replace(/%20/g, '+');
}

// The pairs of a query, or null where one is not UTF-8.
function pairs(raw) {
  const found = [];
  const fields = raw.split('&');
  for (let i = 0; i < fields.length; i++) {
    if (!fields[i]) continue;
    const equals = fields[i].indexOf('=');
    const name = equals < 0 ? fields[i] : fields[i].slice(0, equals);
    const value = equals < 0 ? '' : fields[i].slice(equals + 1);
    const pair = [decoded(name.replace(/\+/g, ' ')), decoded(value.replace(/\+/g, ' '))];
    if (pair[0] === null || pair[1] === null) return null;
    found.push(pair);
  }
  return found;
}

function named(message, name) {
  return { error: message.replace('{name}', name) };
}

// The known parameters that have a value.
function parameters(raw) {
  if (raw.length > facts.maxQueryLength) return { error: MESSAGES.longQuery };
  const given = raw.split('&').length > facts.maxParameters ? null : pairs(raw);
  if (given === null) return { error: MESSAGES.malformedQuery };
  const seen = {};
  for (let i = 0; i < given.length; i++) {
    const name = given[i][0];
    const value = given[i][1];
    if (KNOWN.indexOf(name) < 0) continue;
    if (seen[name] !== undefined) return named(MESSAGES.repeated, name);
    if (value.indexOf('\0') >= 0) return named(MESSAGES.hasNul, name);
    seen[name] = value;
  }
  return { values: seen };
}

function limitOf(text) {
  if (!text) return facts.defaultLimit;
  const limit = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= facts.maxLimit ? limit : { error: MESSAGES.invalidLimit };
}

// Days since 1970 of a date of the Gregorian calendar, or null if it is not one.
function dayNumber(year, month, day) {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) return null;
  const before = year - 1;
  let days = before * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  for (let i = 0; i < month - 1; i++) days += lengths[i];
  return days + day - 719163;
}

// Days since 1970 of 2025-12-01, or null.
function dayOf(text) {
  return dayNumber(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)));
}

// Seconds since 1970 of an RFC 3339 time, or null; a leap second counts as the second after it.
function seconds(text) {
  const parts = TIME.exec(text);
  if (!parts) return null;
  const day = dayOf(text);
  const hour = Number(parts[4]);
  const minute = Number(parts[5]);
  const second = Number(parts[6]);
  if (day === null || hour > 23 || minute > 59 || second > 60) return null;
  let total = day * 86400 + hour * 3600 + minute * 60 + second + Number(parts[7] || 0);
  if (parts[8]) {
    if (Number(parts[9]) > 23 || Number(parts[10]) > 59) return null;
    const offset = (Number(parts[9]) * 60 + Number(parts[10])) * 60;
    total += parts[8] === '+' ? -offset : offset;
  }
  return total;
}

// Days since 1970 as 2025-12-01.
function dayText(number) {
  return new Date(number * 86400000).toISOString().slice(0, 10);
}

function flagOf(text) {
  if (!text) return false;
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === '1') return true;
  if (lower === 'false' || lower === '0') return false;
  return { error: MESSAGES.invalidFlag };
}

// Lowercase one character at a time, as the search data is (builder/mcp_static/api/search_text.py).
function folded(text) {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  let result = '';
  for (let i = 0; i < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(i));
    const lower = character.toLowerCase();
    result += lower.length === character.length ? lower : character;
    i += character.length;
  }
  return result;
}

// The filters of a walk: `since` is `updated_since` in seconds, or null.
function filtersOf(values) {
  const filters = {
    search: folded(values.search || ''),
    version: values.version || '',
    updated_since: '',
    since: null,
  };
  let time = values.updated_since || '';
  if (time) {
    // A + that a client left unencoded arrives as a space.
    if (time.charAt(time.length - 6) === ' ' && time.charAt(time.length - 3) === ':') {
      time = time.slice(0, -6) + '+' + time.slice(-5);
    }
    filters.since = seconds(time);
    if (filters.since === null) return { error: MESSAGES.invalidTime };
    filters.updated_since = time;
  }
  const deleted = flagOf(values.include_deleted);
  if (deleted.error) return deleted;
  if (filters.since !== null && values.include_deleted && !deleted) return { error: MESSAGES.sinceHasDeleted };
  filters.include_deleted = deleted || filters.since !== null ? 'true' : '';
  for (let i = 0; i < FILTERS.length; i++) {
    if (encoded(filters[FILTERS[i]]).length > facts.maxValueLength) return named(MESSAGES.longValue, FILTERS[i]);
  }
  return filters;
}

function packed(filters) {
  const found = [];
  for (let i = 0; i < FILTERS.length; i++) {
    const value = filters[FILTERS[i]];
    if (value) found.push(`${FILTERS[i]}=${encoded(value)}`);
  }
  return found.join('&');
}

function toBase64(text) {
  let bits = 0;
  let held = 0;
  let result = '';
  for (let i = 0; i < text.length; i++) {
    held = ((held << 8) | text.charCodeAt(i)) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      result += BASE64.charAt((held >> bits) & 63);
    }
  }
  return bits ? result + BASE64.charAt((held << (6 - bits)) & 63) : result;
}

function fromBase64(text) {
  let bits = 0;
  let held = 0;
  let result = '';
  for (let i = 0; i < text.length; i++) {
    held = ((held << 6) | BASE64.indexOf(text.charAt(i))) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      result += String.fromCharCode((held >> bits) & 255);
    }
  }
  return result;
}

// A cursor as clients see it: a chain, the position to go on from, and the filters of the walk.
function cursorText(chain, position, filters) {
  const rest = filters ? packed(filters) : '';
  return `${chain.replace('/', '.')}.${position}${rest ? '--' + toBase64(rest) : ''}`;
}

// A cursor that this registry issued, read back; anything else is an error.
function cursorOf(text) {
  const foreign = { error: MESSAGES.invalidCursor };
  const parts = text.length <= facts.maxQueryLength ? facts.cursor.exec(text) : null;
  if (!parts) return foreign;
  let chain = parts[1];
  if (chain.indexOf('updated.') === 0 && dayOf(chain.slice(8)) === null) return foreign;
  chain = chain.replace('.', '/');
  const cursor = { chain: chain, position: Number(parts[2]), filters: null };
  if (parts[3]) {
    const given = pairs(fromBase64(parts[3]));
    const values = {};
    for (let i = 0; given && i < given.length; i++) values[given[i][0]] = given[i][1];
    const filters = filtersOf(values);
    if (filters.error || order(filters) !== chain) return foreign;
    cursor.filters = filters;
  }
  return cursorText(cursor.chain, cursor.position, cursor.filters) === text ? cursor : foreign;
}

// The chain whose positions a walk with filters goes by, where no chain holds it.
function order(filters) {
  if (filters.version === 'latest') return 'latest';
  return filters.include_deleted ? 'everything' : 'all';
}

// The chain that holds exactly the entries of these filters, or null.
function chainOf(filters) {
  if (filters.search || filters.since !== null) return null;
  if (!filters.version) return filters.include_deleted ? 'everything' : 'all';
  if (filters.include_deleted) return null;
  return filters.version === 'latest' ? 'latest' : 'version/' + escapedVersion(filters.version);
}

// A version as chains write it: `a-z0-9.-` as they are, all else `_hh` per byte.
function escapedVersion(version) {
  return encoded(version).replace(/[A-Z_~]|\+|%[0-9A-F]{2}/g, (part) => {
    if (part.length === 3) return '_' + part.slice(1).toLowerCase();
    return '_' + (part === '+' ? '20' : part.charCodeAt(0).toString(16));
  });
}

// The query of a list: `{filters, limit, cursor}`; a cursor, if there is one, has its own filters.
function listQuery(raw) {
  const read = parameters(raw);
  if (read.error) return read;
  const limit = limitOf(read.values.limit);
  if (limit.error) return limit;
  const filters = filtersOf(read.values);
  if (filters.error) return filters;
  if (!read.values.cursor) return { filters: filters, limit: limit, cursor: null };
  const cursor = cursorOf(read.values.cursor);
  return cursor.error ? cursor : { filters: cursor.filters, limit: limit, cursor: cursor };
}

// The only parameter of the other endpoints.
function includeDeleted(raw) {
  const read = parameters(raw);
  return read.error ? read : flagOf(read.values.include_deleted);
}

export default {
  chainOf,
  cursorOf,
  cursorText,
  dayOf,
  dayText,
  decoded,
  folded,
  includeDeleted,
  listQuery,
  order,
  seconds,
};
