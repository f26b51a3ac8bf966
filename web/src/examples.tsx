/** A panel with one example for every field of Query and Mutation. */

import { pick, useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from "@graphiql/react";
import { useRef, useState } from "react";
import { filled } from "./names";
import { facts, NARROW, type Example } from "./page";
import { useSession } from "./session";

export const EXAMPLES_PLUGIN: GraphiQLPlugin = { title: "Examples", icon: Icon, content: Examples };

function Examples() {
  const [searched, setSearched] = useState("");
  const open = useOpening();
  const found = facts.examples.filter(({ field }) => field.toLowerCase().includes(searched.toLowerCase()));

  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      <input
        type="search"
        placeholder="Find an operation"
        aria-label="Find an operation"
        value={searched}
        onChange={(event) => setSearched(event.target.value)}
      />
      <Group title="Queries" examples={found.filter(({ kind }) => kind === "query")} open={open} />
      <Group title="Mutations" examples={found.filter(({ kind }) => kind === "mutation")} open={open} />
    </section>
  );
}

interface GroupProps {
  title: string;
  examples: Example[];
  open: (example: Example) => Promise<void>;
}

function Group({ title, examples, open }: GroupProps) {
  const session = useSession();
  if (examples.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {examples.map((example) => (
          <li key={example.field}>
            <button onClick={() => void open(example)}>{example.field}</button>
            {example.signedIn && session === null && <small>sign in first</small>}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Puts an example into the editors: a new tab's, unless this one's are empty. */
function useOpening(): GroupProps["open"] {
  const { addTab, setVisiblePlugin } = useGraphiQLActions();
  // GraphiQL makes new editors now and then, also while variables are being filled in.
  const editors = useGraphiQL(pick("queryEditor", "variableEditor"));
  const latest = useRef(editors);
  latest.current = editors;

  return async (example) => {
    const variables = await filled(example.variables);
    const { queryEditor, variableEditor } = latest.current;
    if (queryEditor?.getValue().trim() !== "") addTab();
    queryEditor?.setValue(example.text.trim());
    variableEditor?.setValue(Object.keys(variables).length === 0 ? "" : JSON.stringify(variables, null, 2));
    if (NARROW.matches) setVisiblePlugin(null);
  };
}

function Icon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5">
      <path d="M4 2.75h12v14.5l-6-4-6 4z" strokeLinejoin="round" />
    </svg>
  );
}
