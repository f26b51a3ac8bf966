/** GraphiQL's worker for GraphQL, which by itself demands of variables even the fields that have a default. */

// @ts-expect-error It comes without types.
import { initialize } from "monaco-editor/esm/vs/editor/editor.worker";
import { GraphQLWorker } from "monaco-graphql/esm/GraphQLWorker.js";

interface Input {
  properties: Record<string, object>;
  required: string[];
}

class Worker extends GraphQLWorker {
  override async doGetVariablesJSONSchema(uri: string) {
    const schema = await super.doGetVariablesJSONSchema(uri);
    const { definitions = {} } = (schema ?? {}) as { definitions?: Record<string, Input> };
    for (const input of Object.values(definitions)) {
      input.required = input.required.filter((field) => !("default" in input.properties[field]!));
    }
    return schema;
  }
}

globalThis.onmessage = () => {
  initialize((...given: ConstructorParameters<typeof GraphQLWorker>) => new Worker(...given));
};
