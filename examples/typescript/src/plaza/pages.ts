/** Walks any connection: `for await (const post of walk((after) => …))` asks for a page when it needs one. */

interface Connection<Node> {
  edges: readonly { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export async function* walk<Node>(
  page: (after: string | null) => Promise<Connection<Node> | null | undefined>,
): AsyncGenerator<Node, void> {
  let after: string | null = null;
  do {
    const connection: Connection<Node> | null | undefined = await page(after);
    if (!connection) return; // its owner is gone, or out of sight
    for (const edge of connection.edges) yield edge.node;
    after = connection.pageInfo.hasNextPage ? connection.pageInfo.endCursor : null;
  } while (after !== null);
}
