/** The schema and the example's operations, put beside this file, by the presets of graphql-eslint. */
import graphql from "@graphql-eslint/eslint-plugin";

const presets = graphql.configs;

/** Values without an identity of their own, which no client caches by id; whatever else there is has one. */
const withoutId = {
  types: [
    "AuditDetail",
    "ConfirmationNeeded",
    "Conflict",
    "InvalidInput",
    "LinkedIdentity",
    "NotAllowed",
    "NotFound",
    "Limits",
    "PageInfo",
    "RateLimit",
    "SecondFactorNeeded",
    "ServerInfo",
    "SessionTokens",
    "Suspension",
  ],
  suffixes: ["Connection", "Edge", "Payload"],
};

const shared = {
  languageOptions: {
    parser: graphql.parser,
    parserOptions: {
      graphQLConfig: { schema: "schema.graphql", documents: "operations/*.graphql" },
    },
  },
  plugins: { "@graphql-eslint": graphql },
};

export default [
  {
    ...shared,
    files: ["schema.graphql"],
    rules: {
      ...presets["flat/schema-recommended"].rules,
      ...presets["flat/schema-relay"].rules,
      "@graphql-eslint/strict-id-in-types": ["error", { exceptions: withoutId }],
      // `Query.nodes` is a list of nodes: Relay's own way to refetch several at once. Entries of a log never change, and
      // are not fetched again by their ids.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
      // `User.username` is one word, and the one that people know.
      "@graphql-eslint/no-typename-prefix": "off",
    },
  },
  {
    ...shared,
    files: ["operations/*.graphql"],
    rules: {
      ...presets["flat/operations-recommended"].rules,
      // Every connection is three deep by itself; what a document may ask for is bounded by its nodes.
      "@graphql-eslint/selection-set-depth": ["error", { maxDepth: 9 }],
    },
  },
];
