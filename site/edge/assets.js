// A Cloudflare Worker in front of its own static assets (`env.ASSETS`).

import facts from './facts.js';
import fetching from './fetch.js';

function store(assets) {
  // Encoded whole: any other spelling of an address is answered with a redirect.
  const ask = (path) =>
    assets.fetch(new Request(`https://assets.invalid/${path.split('/').map(encodeURIComponent).join('/')}`));
  return {
    read: async (path) => {
      const found = await ask(path);
      return found.status === 200 ? found.text() : null;
    },
    pass: async (path) => {
      const found = await ask(path);
      return found.status === 200 ? found : null;
    },
  };
}

export default {
  fetch: (request, env) =>
    fetching.handler(store(env.ASSETS), Number(env.READS) || facts.maxWorkerReads, env.BASE)(request),
};
