/** The client against a running Plaza with the demonstration network. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { before, describe, it } from "node:test";

import {
  CreatePostDocument,
  DeletePostDocument,
  FollowDocument,
  HomeFeedDocument,
  PostPageDocument,
  ProfileDocument,
  PublicFeedDocument,
  UnfollowDocument,
  type LikesFragment,
  type PostCardFragment,
} from "../src/gql/graphql.js";
import { Plaza } from "../src/plaza/client.js";
import { PlazaError } from "../src/plaza/errors.js";
import { toggleLike } from "../src/plaza/likes.js";
import { walk } from "../src/plaza/pages.js";
import { Refused, granted, place } from "../src/plaza/refusals.js";

const plaza = new Plaza(process.env.PLAZA_URL ?? "http://localhost:8000");
let you: Awaited<ReturnType<Plaza["signIn"]>>;

/** The names of the operations that go over the wire, in their order, whether as ids or as texts. */
const sent: string[] = [];
const texts: Record<string, string> = JSON.parse(readFileSync("src/gql/persisted-documents.json", "utf8"));
const send = globalThis.fetch;
globalThis.fetch = (address, request) => {
  const { documentId, query = texts[documentId] } = JSON.parse(String(request?.body));
  sent.push(/(?:query|mutation) (\w+)/.exec(query)?.[1] ?? "");
  return send(address, request);
};

async function publish(text: string): Promise<PostCardFragment> {
  return granted((await plaza.ask(CreatePostDocument, { input: { text } })).createPost).post;
}

async function remove(postId: string): Promise<void> {
  granted((await plaza.ask(DeletePostDocument, { input: { postId } })).deletePost);
}

describe("Plaza", () => {
  before(async () => {
    you = await plaza.signIn("demo", "plaza-demo-2026");
  });

  it("knows who signed in, and refuses a wrong password as data", async () => {
    assert.equal(you.username, "demo");
    const stranger = new Plaza(plaza.url);
    await assert.rejects(stranger.signIn("demo", "not the password"), (error: unknown) => {
      assert.ok(error instanceof Refused);
      assert.equal(error.refusal.__typename, "NotAllowed");
      return place(error.refusal) === "dialog";
    });
    assert.equal(stranger.keep.tokens, null);
  });

  it("is found by the address of its endpoint as well, and says so of what is no address", async () => {
    for (const end of ["/", "/graphql", "/graphql/"]) {
      const found = new Plaza(plaza.url + end);
      assert.equal((await found.ask(PublicFeedDocument, { first: 1 })).publicFeed?.edges.length, 1);
    }
    assert.throws(() => new Plaza("localhost:8000"), /Where is Plaza\? At https:\/\/…, not at "localhost:8000"/);
  });

  it("says at what address nobody speaks GraphQL", async () => {
    const page = createServer((_, response) => response.end("<html>")).listen(0, "127.0.0.1");
    await once(page, "listening");
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    const astray = new Plaza(url).ask(PublicFeedDocument, { first: 1 });
    await assert.rejects(astray, { message: `No GraphQL came back from ${url}/graphql (HTTP 200).` });
    page.close();
  });

  it("walks the feed over its pages, each post once, the newest first", async () => {
    sent.length = 0;
    const posts: PostCardFragment[] = [];
    for await (const post of walk(async (after) => (await plaza.ask(HomeFeedDocument, { first: 4, after })).homeFeed)) {
      posts.push(post);
      if (posts.length === 13) break;
    }
    assert.equal(new Set(posts.map((post) => post.id)).size, 13);
    const moments = posts.map((post) => post.createdAt);
    assert.deepEqual(moments, moments.toSorted().reverse());
    assert.deepEqual(sent, Array(4).fill("HomeFeed"));
  });

  it("refreshes once for many requests whose token has gone bad", async () => {
    const had = { ...plaza.keep.tokens! };
    plaza.keep.tokens = { ...had, accessToken: `${had.accessToken}x` };
    sent.length = 0;
    const asked = Array.from({ length: 12 }, () => plaza.ask(ProfileDocument, { username: "demo", first: 1 }));
    const answers = await Promise.all(asked);
    assert.deepEqual(new Set(answers.map((answer) => answer.user?.id)), new Set([you.id]));
    assert.equal(sent.filter((name) => name === "RefreshSession").length, 1);
    assert.equal(sent.filter((name) => name === "Profile").length, 24);
    assert.notEqual(plaza.keep.tokens.refreshToken, had.refreshToken);
  });

  it("goes on with the rotated refresh token", async () => {
    plaza.keep.tokens!.accessToken += "x";
    assert.equal((await plaza.ask(ProfileDocument, { username: "demo", first: 1 })).user?.id, you.id);
  });

  it("is signed out when the session is over, and says so", async () => {
    const phone = new Plaza(plaza.url);
    await phone.signIn("demo", "plaza-demo-2026");
    const ended = new Plaza(plaza.url, { tokens: { ...phone.keep.tokens! } });
    await phone.signOut();
    assert.equal(phone.keep.tokens, null);
    const feed = ended.ask(HomeFeedDocument, { first: 1 });
    await assert.rejects(feed, (error) => error instanceof PlazaError && error.code === "UNAUTHENTICATED");
    assert.equal(ended.keep.tokens, null);
  });

  it("likes at once, and settles on what the server counts", async () => {
    const post = await publish("To be liked");
    const shown: LikesFragment[] = [];
    await toggleLike(plaza, post, (likes) => shown.push(likes));
    const liked = { id: post.id, likeCount: 1, viewerHasLiked: true };
    assert.deepEqual(shown, [liked, liked]);
    assert.equal((await plaza.ask(PostPageDocument, { id: post.id, first: 1 })).post?.viewerHasLiked, true);
    await toggleLike(plaza, liked, (likes) => shown.push(likes));
    assert.deepEqual(shown.at(-1), { id: post.id, likeCount: 0, viewerHasLiked: false });
    await remove(post.id);
  });

  it("takes a like back that the server refuses", async () => {
    const post = await publish("Soon gone");
    await remove(post.id);
    const shown: LikesFragment[] = [];
    const liking = toggleLike(plaza, post, (likes) => shown.push(likes));
    await assert.rejects(liking, (error) => error instanceof Refused && error.refusal.__typename === "NotFound");
    assert.deepEqual(shown.map(({ likeCount, viewerHasLiked }) => [likeCount, viewerHasLiked]), [
      [1, true],
      [0, false],
    ]);
  });

  it("names the field of an input that is refused", async () => {
    const { createPost } = await plaza.ask(CreatePostDocument, { input: { text: "" } });
    assert.equal(createPost?.__typename, "InvalidInput");
    assert.deepEqual(place(createPost), { field: "text" });
  });

  it("follows and unfollows", async () => {
    const { homeFeed } = await plaza.ask(HomeFeedDocument, { first: 20 });
    const author = homeFeed?.edges.map(({ node }) => node.author).find((author) => author && author.id !== you.id);
    assert.ok(author);
    const input = { userId: author.id };
    assert.equal(granted((await plaza.ask(UnfollowDocument, { input })).unfollow).user.viewerFollows, false);
    const { user } = granted((await plaza.ask(FollowDocument, { input })).follow);
    assert.ok(user.viewerFollows || user.viewerHasRequestedFollow);
  });
});
