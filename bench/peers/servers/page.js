// The page as every server on Node.js makes it: ids, cursors, and what is loaded for all its posts at once.

import { fetch, read } from "./database.js";

const LAST_KEY = "9223372036854775807";

export const typeDefs = read("schema.graphql");

/** Who asks, of a request's headers. */
export function viewerOf(headers) {
  return headers["x-viewer"];
}

/** A page of the public feed. */
export async function publicFeed(_, { first, after }, { viewer }) {
  const rows = await fetch("posts", viewer, after ? keyOf(after) : LAST_KEY, first + 1);
  const edges = rows.slice(0, first).map((row) => ({ cursor: encoded("posts", row.id), node: post(row) }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

/** The author of each post. */
export async function authorsOf(posts) {
  const rows = await fetch("authors", [...new Set(posts.map(({ authorId }) => authorId))]);
  const users = new Map(rows.map((row) => [row.id, user(row)]));
  return posts.map(({ authorId }) => users.get(authorId) ?? null);
}

/** Whether the viewer likes each post. */
export async function likedBy(viewer, posts) {
  const rows = await fetch("likes", viewer, posts.map(({ key }) => key));
  const liked = new Set(rows.map((row) => row.post_id));
  return posts.map(({ key }) => liked.has(key));
}

function post(row) {
  return {
    key: row.id,
    authorId: row.author_id,
    id: encoded("Post", row.id),
    text: row.text,
    createdAt: row.created_at,
    likeCount: row.like_count,
    commentCount: row.comment_count,
  };
}

function user(row) {
  return { id: encoded("User", row.id), username: row.username, displayName: row.display_name };
}

function encoded(kind, key) {
  return Buffer.from(`${kind}:${key}`).toString("base64");
}

function keyOf(cursor) {
  return Buffer.from(cursor, "base64").toString().slice("posts:".length);
}
