/** Pages, refetches and puts edges into lists with Relay's own store; prints what the store then holds. */
import runtime from "relay-runtime";

import commentsQuery from "./__generated__/documentsCommentsQuery.graphql.js";
import createComment from "./__generated__/documentsCreateCommentMutation.graphql.js";
import createPost from "./__generated__/documentsCreatePostMutation.graphql.js";
import deletePost from "./__generated__/documentsDeletePostMutation.graphql.js";
import feedPageQuery from "./__generated__/documentsFeedPageQuery.graphql.js";
import feedQuery from "./__generated__/documentsFeedQuery.graphql.js";
import postQuery from "./__generated__/documentsPostQuery.graphql.js";
import { send } from "./network.js";

const { ConnectionHandler, Environment, Network, RecordSource, ROOT_ID, Store, commitMutation, fetchQuery } = runtime;

const environment = new Environment({
  network: Network.create(send),
  store: new Store(new RecordSource()),
});

const ask = (query, variables) => fetchQuery(environment, query, variables).toPromise();
const tell = (mutation, variables) =>
  new Promise((onCompleted, onError) => commitMutation(environment, { mutation, variables, onCompleted, onError }));

const record = (id) => environment.getStore().getSource().get(id);
/** The ids that stand in a connection of the store. */
const ids = (connection) => record(connection).edges.__refs.map((edge) => record(edge).node.__ref);

const feed = ConnectionHandler.getConnectionID(ROOT_ID, "documents_homeFeed");
await ask(feedQuery, { count: 4 });
const first = ids(feed);
const { endCursor } = record(record(feed).pageInfo.__ref);
await ask(feedPageQuery, { count: 3, cursor: endCursor });
const both = ids(feed);

const published = await tell(createPost, { input: { text: "From a Relay store" }, connections: [feed] });
const [post] = ids(feed);
const prepended = ids(feed);

const comments = ConnectionHandler.getConnectionID(post, "documents_comments");
await ask(commentsQuery, { id: post, count: 2 });
for (const text of ["one", "two"]) await tell(createComment, { input: { postId: post, text }, connections: [comments] });
const appended = ids(comments).map((id) => record(id).text);
const counted = record(post).commentCount;
const { node } = await ask(postQuery, { id: post });

await tell(deletePost, { input: { postId: post }, connections: [feed] });
console.log(
  JSON.stringify({
    first,
    both,
    prepended,
    outcome: published.createPost.__typename,
    appended,
    counted,
    refetched: node.__id,
    left: ids(feed),
  }),
);
