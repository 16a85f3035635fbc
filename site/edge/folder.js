// A folder on disk as a store, and a server of it: `node folder.js DIST [PORT [PATH]]`. Deno and Bun run it
// as well. Behind a proxy that compresses, or for a look; nginx serves the same files faster.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import facts from './facts.js';
import fetching from './fetch.js';

const MAX_HEADER_SIZE = 128 * 1024; // a query that is too long is answered, not cut off

function store(root) {
  const content = async (path) => {
    try {
      return await readFile(`${root}/${path}`);
    } catch {
      return null;
    }
  };
  return {
    read: async (path) => {
      const found = await content(path);
      return found && found.toString('utf8');
    },
    pass: async (path) => {
      const found = await content(path);
      if (!found) return null;
      const tag = createHash('sha256').update(found).digest('hex').slice(0, 24);
      return new Response(found, { headers: { ETag: `"${tag}"` } });
    },
  };
}

// Serves a folder on loopback, under a path if there is one; gives the server, which prints where it listens.
function serve(root, port, base) {
  const handle = fetching.handler(store(root), facts.maxReads, base);
  const server = createServer({ maxHeaderSize: MAX_HEADER_SIZE }, async (incoming, outgoing) => {
    try {
      // The address as it was sent: what the Fetch API makes of it has its dots resolved already.
      const request = {
        method: incoming.method,
        url: `http://registry${incoming.url}`,
        headers: new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
      };
      const response = await handle(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    } catch (error) {
      console.error(error);
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    }
  });
  server.listen(port, '127.0.0.1');
  return server;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = serve(process.argv[2] || 'dist', Number(process.argv[3] || 8080), process.argv[4]);
  server.on('listening', () => console.log(`http://127.0.0.1:${server.address().port}`));
}

export default { serve, store };
