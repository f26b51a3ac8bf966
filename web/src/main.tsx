/** GraphiQL as this server gives it to its developers. */

import "./workers";
import "graphiql/style.css";
import "./page.css";

import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import type { FetcherParams } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { Account } from "./account";
import { askPriced, CostOfLast } from "./cost";
import { EXAMPLES_PLUGIN } from "./examples";
import { facts, isTold, NARROW } from "./page";
import { WithoutPreviews } from "./response";

const WELCOME = `# Ctrl-Enter runs this.
# There is more in the Examples.
query Welcome {
  publicFeed(first: 3) {
    edges {
      node {
        text
        likeCount
        author {
          displayName
        }
      }
    }
  }
}`;

const PLUGINS = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];

createRoot(document.getElementById("page")!).render(
  <GraphiQL
    fetcher={(params, options) => askPriced(timely(params), options?.headers)}
    plugins={PLUGINS}
    {...(facts.schema ? {} : { schema: null, referencePlugin: null })}
    defaultQuery={WELCOME}
    defaultEditorToolsVisibility={!NARROW.matches}
    shouldPersistHeaders
  >
    <GraphiQL.Logo>
      <WithoutPreviews />
      <div className="corner">
        {!isTold && <span role="alert">No examples, for the server did not answer: reload.</span>}
        {!facts.schema && <span>This server does not tell its schema: nothing is completed or checked here.</span>}
        {facts.docs && <a href="/docs">Documentation</a>}
        <Account />
      </div>
    </GraphiQL.Logo>
    <GraphiQL.Footer>
      <CostOfLast />
    </GraphiQL.Footer>
  </GraphiQL>,
);

/** GraphiQL reads an edit a moment late; until then it asks for the operation that stood there before. */
function timely(params: FetcherParams): FetcherParams {
  const isThere = new RegExp(`\\b(query|mutation|subscription)\\s+${params.operationName}\\b`).test(params.query);
  return isThere ? params : { ...params, operationName: undefined };
}
