// Mercurius on Fastify, with its JIT and its loaders.

import Fastify from "fastify";
import mercurius from "mercurius";

import { authorsOf, likedBy, publicFeed, typeDefs, viewerOf } from "./page.js";

// On a busy machine its plugins take long to load.
const app = Fastify({ pluginTimeout: 60_000 });
app.register(mercurius, {
  schema: typeDefs,
  resolvers: { Query: { publicFeed } },
  loaders: {
    Post: {
      author: (asked) => authorsOf(asked.map(({ obj }) => obj)),
      viewerHasLiked: (asked, { viewer }) => likedBy(viewer, asked.map(({ obj }) => obj)),
    },
  },
  context: (request) => ({ viewer: viewerOf(request.headers) }),
  jit: 1,
});
app.get("/ready", async () => "ready");
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
