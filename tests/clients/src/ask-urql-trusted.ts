/** Signs in and reads with codegen's documents, as a recipe names them; prints what came, a line each. */
import type { Client } from "@urql/core";
import { LoginDocument, PublicFeedDocument } from "./gql/graphql.js";

const { RECIPE, PLAZA_USER, PLAZA_PASSWORD } = process.env;
const { client } = (await import(RECIPE!)) as { client: Client };
const input = { usernameOrEmail: PLAZA_USER!, password: PLAZA_PASSWORD! };
const signedIn = await client.mutation(LoginDocument, { input });
if (signedIn.error) throw signedIn.error;
console.log(JSON.stringify(signedIn.data?.login?.__typename));
const feed = await client.query(PublicFeedDocument, { first: 2 });
if (feed.error) throw feed.error;
console.log(JSON.stringify(feed.data));
