/** Refusals are data: every mutation's result is what was asked for, or a refusal with a reason. */
import type { RefusalFragment } from "../gql/graphql.js";

type Result = { __typename: string };

const REFUSALS: Record<RefusalFragment["__typename"], true> = {
  InvalidInput: true,
  NotFound: true,
  NotAllowed: true,
  Conflict: true,
  ConfirmationNeeded: true,
  SecondFactorNeeded: true,
};

export class Refused extends Error {
  constructor(readonly refusal: RefusalFragment) {
    super(refusal.message);
    this.name = "Refused";
  }
}

export function isRefusal<R extends Result>(result: R | RefusalFragment): result is RefusalFragment {
  return result.__typename in REFUSALS;
}

/** What was asked for; throws `Refused` where there is a refusal instead. */
export function granted<R extends Result>(result: R | null): Exclude<R, RefusalFragment> {
  if (!result) throw new Error("A root field is null only beside an error.");
  if (isRefusal(result)) throw new Refused(result);
  return result as Exclude<R, RefusalFragment>;
}

/** Where to show a refusal. A case too few, or a refusal more in the schema, and this does not compile. */
export function place(refusal: RefusalFragment): { field: string } | "dialog" | "toast" {
  switch (refusal.__typename) {
    case "InvalidInput":
      return { field: refusal.field };
    case "NotAllowed":
    case "ConfirmationNeeded":
    case "SecondFactorNeeded":
      return "dialog";
    case "NotFound":
    case "Conflict":
      return "toast";
    default:
      return unknown(refusal);
  }
}

function unknown(refusal: never): never {
  throw new Error(`Generate anew: the schema has a refusal more (${JSON.stringify(refusal)}).`);
}
