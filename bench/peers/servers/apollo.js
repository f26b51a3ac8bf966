// Apollo Server on Fastify, with DataLoader.

import { ApolloServer } from "@apollo/server";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import Fastify from "fastify";

import { context, resolvers } from "./loading.js";
import { typeDefs } from "./page.js";

const apollo = new ApolloServer({ typeDefs, resolvers });
await apollo.start();

const app = Fastify();
app.post("/graphql", fastifyApolloHandler(apollo, { context: async (request) => context(request.headers) }));
app.get("/ready", async () => "ready");
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
