/** Likes at once on the screen, then on the server; what the server does not grant is taken back. */
import { LikePostDocument, UnlikePostDocument, type LikesFragment } from "../gql/graphql.js";
import type { Plaza } from "./client.js";
import { granted } from "./refusals.js";

/** `show` is your state's setter. Throws what the server said, after the screen is as it was. */
export async function toggleLike(
  plaza: Plaza,
  post: LikesFragment,
  show: (likes: LikesFragment) => void,
): Promise<void> {
  const { id, likeCount, viewerHasLiked } = post;
  show({ id, likeCount: likeCount + (viewerHasLiked ? -1 : 1), viewerHasLiked: !viewerHasLiked });
  try {
    show(viewerHasLiked ? await unlike(plaza, id) : await like(plaza, id));
  } catch (error) {
    show({ id, likeCount, viewerHasLiked });
    throw error;
  }
}

async function like(plaza: Plaza, postId: string): Promise<LikesFragment> {
  const { likePost } = await plaza.ask(LikePostDocument, { input: { postId } });
  return granted(likePost).post;
}

async function unlike(plaza: Plaza, postId: string): Promise<LikesFragment> {
  const { unlikePost } = await plaza.ask(UnlikePostDocument, { input: { postId } });
  return granted(unlikePost).post;
}
