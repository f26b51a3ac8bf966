/** What GraphQL Code Generator reads and writes: `npm run generate`. */
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  // A file, or the address of a running server's: http://localhost:8000/schema.graphql
  schema: process.env.PLAZA_SCHEMA ?? "../../schema.graphql",
  documents: "src/operations/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: {
        persistedDocuments: true, // every operation gets an id, and all stand in persisted-documents.json
        fragmentMasking: false, // a fragment is its fields; turn it on to hide them from other components
      },
      config: {
        documentMode: "string", // no graphql library at run time
        importExtension: ".js",
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          ID: "string",
          DateTime: "string", // as it comes over the wire; `new Date(…)` where you need one
          SafeText: "string",
          Secret: "string",
        },
      },
    },
  },
};

export default config;
