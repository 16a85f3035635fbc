// A Cloudflare Worker in front of an R2 bucket (`env.BUCKET`), for registries beyond the limits of
// static assets. `env.PREFIX` is the folder that `mcp-static deploy` was given, if any.

import facts from './facts.js';
import fetching from './fetch.js';

function store(bucket, prefix) {
  return {
    read: async (path) => {
      const found = await bucket.get(prefix + path);
      return found ? found.text() : null;
    },
    pass: async (path, headers) => {
      const found = await bucket.get(prefix + path, { range: headers });
      if (!found) return null;
      const given = new Headers({ ETag: found.httpEtag, 'Last-Modified': found.uploaded.toUTCString() });
      const range = found.range;
      if (!range || !headers.has('Range')) return new Response(found.body, { headers: given });
      const start = range.offset ?? found.size - range.suffix;
      const end = start + (range.length ?? found.size - start) - 1;
      given.set('Content-Range', `bytes ${start}-${end}/${found.size}`);
      return new Response(found.body, { status: 206, headers: given });
    },
  };
}

export default {
  fetch: (request, env) => {
    const prefix = env.PREFIX ? `${env.PREFIX}/` : '';
    return fetching.handler(store(env.BUCKET, prefix), Number(env.READS) || facts.maxWorkerReads, env.BASE)(request);
  },
};
