/** What the operation that ran last might have cost, did cost, and left to spend. */

import { useSyncExternalStore } from "react";
import { ask, type Answer, type Params } from "./ask";

interface Cost {
  estimated: number;
  /** Null where the operation was only priced. */
  actual: number | null;
  bucket?: { limit: number; remaining: number };
}

let last: Cost | null = null;
const listeners = new Set<() => void>();

/** Asks the API, and for the price; a `GraphQL-Cost` among `given` stands as it is. */
export async function askPriced(params: Params, given: HeadersInit = {}): Promise<Answer> {
  if (params.operationName === "IntrospectionQuery") return ask(params, given);
  const headers = new Headers(given);
  if (!headers.has("graphql-cost")) headers.set("graphql-cost", "report");
  const answer = (await ask(params, headers)) as Answer & { extensions?: { cost?: Cost } };
  last = answer.extensions?.cost ?? null;
  listeners.forEach((listener) => listener());
  return answer;
}

export function CostOfLast() {
  const cost = useSyncExternalStore(subscribe, () => last);
  if (cost === null) return null;
  const { estimated, actual, bucket } = cost;
  const price = actual === null ? `May cost ${estimated} points` : `Cost ${actual} of at most ${estimated} points`;
  return (
    <p className="cost" role="status">
      {price}
      {bucket && ` · ${bucket.remaining} of ${bucket.limit} left`}
    </p>
  );
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
