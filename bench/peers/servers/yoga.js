// GraphQL Yoga on Node's own server, with graphql-jit and DataLoader.

import { createServer } from "node:http";

import { useGraphQlJit } from "@envelop/graphql-jit";
import { createSchema, createYoga } from "graphql-yoga";

import { context, resolvers } from "./loading.js";
import { typeDefs } from "./page.js";

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  plugins: [useGraphQlJit()],
  context: ({ req }) => context(req.headers),
  logging: "error",
  healthCheckEndpoint: "/ready",
});
createServer(yoga).listen(Number(process.env.PORT), "127.0.0.1");
