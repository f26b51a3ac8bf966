/**
 * Placeholders of examples, such as "@post": each becomes something of the network at hand that fits.
 * What they stand for is told in `server/reference/examples.py`.
 */

import { ask } from "./ask";
import { facts } from "./page";
import { current } from "./session";

interface List<T> {
  edges: { node: T }[];
}
interface Person {
  id: string;
  username: string;
  viewerFollows: boolean;
}
interface Post {
  id: string;
  author: Person | null;
  comments: List<{ id: string; viewerCanEdit: boolean }>;
}
interface Own {
  id: string;
}
interface Network {
  viewer:
    | (Person & {
        posts: List<Post>;
        following: List<Person>;
        followRequests: List<Person>;
        exports: Own[];
        passkeys: Own[];
        personalTokens: Own[];
        sessions: (Own & { isCurrent: boolean })[];
      })
    | null;
  publicFeed: List<Post>;
}

const NETWORK = `query AroundMe {
  viewer {
    ...Person
    posts(first: 10) { edges { node { ...Post } } }
    following(first: 1) { edges { node { ...Person } } }
    followRequests(first: 1) { edges { node { ...Person } } }
    exports { id }
    passkeys { id }
    personalTokens { id }
    sessions { id isCurrent }
  }
  publicFeed(first: 20) { edges { node { ...Post } } }
}
fragment Person on User { id username viewerFollows }
fragment Post on Post { id author { ...Person } comments(first: 5) { edges { node { id viewerCanEdit } } } }`;

/** `variables` with the placeholders replaced; one that nothing here fits stays, for the reader to fill in. */
export async function filled(variables: Record<string, unknown>): Promise<Record<string, unknown>> {
  if (!JSON.stringify(variables).includes('"@')) return variables;
  const { data } = await ask({ query: NETWORK });
  const names = data == null ? {} : namesIn(data as unknown as Network);
  return replaced(variables, names) as Record<string, unknown>;
}

function replaced(value: unknown, names: Record<string, unknown>): unknown {
  if (typeof value === "string") return value.startsWith("@") ? (names[value.slice(1)] ?? value) : value;
  if (Array.isArray(value)) return value.map((each) => replaced(each, names));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, names)]));
}

function namesIn({ viewer, publicFeed }: Network): Record<string, unknown> {
  const own = nodes(viewer?.posts);
  const others = nodes(publicFeed).filter(({ author }) => author !== null && author.id !== viewer?.id);
  const post = others.find(({ comments }) => comments.edges.length > 0) ?? others[0] ?? own[0];
  const comments = [...own, ...others].flatMap((each) => nodes(each.comments));
  const authors = others.flatMap(({ author }) => author ?? []);
  const person = nodes(viewer?.following)[0] ?? authors[0];
  const fresh = `person_${Date.now().toString(36)}`;
  return {
    username: viewer?.username ?? facts.demo?.username,
    deleted_username: viewer?.username ?? facts.demo?.username,
    password: facts.demo?.password,
    // The same, lest whoever runs the example locks everybody else out.
    new_password: facts.demo?.password,
    refresh_token: current()?.refreshToken,
    post: post?.id,
    own_post: (own[0] ?? post)?.id,
    own_comment: (comments.find(({ viewerCanEdit }) => viewerCanEdit) ?? comments[0])?.id,
    person: person?.id,
    other_username: person?.username,
    part_of_name: person?.username.slice(0, 4),
    stranger: (authors.find(({ viewerFollows }) => !viewerFollows) ?? person)?.id,
    asker: (nodes(viewer?.followRequests)[0] ?? person)?.id,
    export: viewer?.exports[0]?.id,
    passkey: viewer?.passkeys[0]?.id,
    personal_token: viewer?.personalTokens[0]?.id,
    session: viewer?.sessions.find(({ isCurrent }) => !isCurrent)?.id,
    email: `${viewer?.username ?? fresh}@example.org`,
    new_username: fresh,
    new_email: `${fresh}@example.org`,
  };
}

function nodes<T>(list: List<T> | undefined): T[] {
  return list?.edges.map((edge) => edge.node) ?? [];
}
