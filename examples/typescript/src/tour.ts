/** A visit to a running Plaza, told on the terminal: `npm start`. */
import {
  CreateCommentDocument,
  CreatePostDocument,
  DeletePostDocument,
  FollowDocument,
  HomeFeedDocument,
  PostPageDocument,
  ProfileDocument,
  PublicFeedDocument,
} from "./gql/graphql.js";
import { Plaza } from "./plaza/client.js";
import { toggleLike } from "./plaza/likes.js";
import { walk } from "./plaza/pages.js";
import { Refused, granted, place } from "./plaza/refusals.js";

const { PLAZA_URL = "http://localhost:8000", PLAZA_USER = "demo", PLAZA_PASSWORD = "plaza-demo-2026" } = process.env;
const plaza = new Plaza(PLAZA_URL);

console.log("What everyone sees:");
const { publicFeed } = await plaza.ask(PublicFeedDocument, { first: 3 });
for (const { node } of publicFeed?.edges ?? []) console.log(`  ${node.author?.displayName}: ${node.text}`);

const you = await plaza.signIn(PLAZA_USER, PLAZA_PASSWORD);
console.log(`\nSigned in as ${you.displayName}. Your feed, five posts a page:`);
let seen = 0;
for await (const post of walk(async (after) => (await plaza.ask(HomeFeedDocument, { first: 5, after })).homeFeed)) {
  console.log(`  ${post.createdAt}  ${post.author?.username}  ${post.likeCount} likes, ${post.commentCount} comments`);
  if (++seen === 15) break;
}

const { createPost } = await plaza.ask(CreatePostDocument, { input: { text: "Hello from TypeScript" } });
const { post } = granted(createPost);
const { createComment } = await plaza.ask(CreateCommentDocument, { input: { postId: post.id, text: "And again" } });
console.log(`\nPosted, and commented on: ${granted(createComment).post.commentCount} comment.`);
await toggleLike(plaza, post, (likes) => console.log(`  likes on the screen: ${likes.likeCount}`));

const page = await plaza.ask(PostPageDocument, { id: post.id, first: 10 });
for (const { node } of page.post?.comments.edges ?? []) console.log(`  ${node.author?.displayName}: ${node.text}`);
granted((await plaza.ask(DeletePostDocument, { input: { postId: post.id } })).deletePost);

const { user } = await plaza.ask(ProfileDocument, { username: you.username, first: 1 });
console.log(`\n${user?.displayName} has ${user?.posts.totalCount} posts and ${user?.followerCount} followers.`);
try {
  granted((await plaza.ask(FollowDocument, { input: { userId: you.id } })).follow);
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.log(`Follow yourself? ${error.message} To be shown at:`, place(error.refusal));
}
await plaza.signOut();
