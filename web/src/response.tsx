/** The answer's editor without previews of pictures: those are elsewhere, from where our policy lets nothing load. */

import { pick, useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

export function WithoutPreviews() {
  const { responseEditor } = useGraphiQL(pick("responseEditor"));
  useEffect(() => responseEditor?.updateOptions({ hover: { enabled: false } }), [responseEditor]);
  return null;
}
