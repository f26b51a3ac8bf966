/** Asks three times, twice for the same, as a text that nobody imported; prints what came, a line each. */
import { client } from "./urql.js";

const TEXTS = "query Texts($first: Int) { publicFeed(first: $first) { edges { node { id text } } } }";

for (const first of [2, 2, 3]) {
  const { data, error } = await client.query(TEXTS, { first });
  if (error) throw error;
  console.log(JSON.stringify(data));
}
