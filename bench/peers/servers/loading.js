// Resolvers with DataLoader, for servers that have no loaders of their own.

import DataLoader from "dataloader";

import { authorsOf, likedBy, publicFeed, viewerOf } from "./page.js";

export const resolvers = {
  Query: { publicFeed },
  Post: {
    author: (post, _, { author }) => author.load(post),
    viewerHasLiked: (post, _, { liked }) => liked.load(post),
  },
};

/** One request's. */
export function context(headers) {
  const viewer = viewerOf(headers);
  return { viewer, author: new DataLoader(authorsOf), liked: new DataLoader((posts) => likedBy(viewer, posts)) };
}
