/** Asks three times, twice for the same, over the link of a recipe; prints what came, a line each. */
import { ApolloClient, InMemoryCache, gql, type ApolloLink } from "@apollo/client";

const NEWEST = gql`
  query Newest($first: Int) {
    publicFeed(first: $first) {
      edges {
        node {
          id
          text
        }
      }
    }
  }
`;

const { link } = (await import(process.env.RECIPE!)) as { link: ApolloLink };
const client = new ApolloClient({ link, cache: new InMemoryCache() });
for (const first of [2, 2, 3]) {
  const { data } = await client.query({ query: NEWEST, variables: { first }, fetchPolicy: "network-only" });
  console.log(JSON.stringify(data));
}
