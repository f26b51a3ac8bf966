/** What the Relay compiler must make sense of: connections, fragments that refetch, edges put into lists. */
import { graphql } from "relay-runtime";

graphql`
  query documentsFeedQuery($count: Int!) {
    ...documents_feed @arguments(count: $count)
  }
`;

graphql`
  fragment documents_feed on Query
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "documentsFeedPageQuery") {
    homeFeed(first: $count, after: $cursor) @connection(key: "documents_homeFeed") {
      edges {
        node {
          ...documents_post
        }
      }
    }
  }
`;

graphql`
  fragment documents_post on Post @refetchable(queryName: "documentsPostQuery") {
    text
    commentCount
    author {
      displayName
    }
  }
`;

graphql`
  fragment documents_comments on Post
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "documentsCommentsQuery") {
    comments(last: $count, before: $cursor) @connection(key: "documents_comments") {
      edges {
        node {
          text
        }
      }
    }
  }
`;

graphql`
  mutation documentsCreatePostMutation($input: CreatePostInput!, $connections: [ID!]!) {
    createPost(input: $input) {
      __typename
      ... on CreatePostPayload {
        postEdge @prependEdge(connections: $connections) {
          node {
            ...documents_post
          }
        }
      }
      ... on UserError {
        message
      }
    }
  }
`;

graphql`
  mutation documentsCreateCommentMutation($input: CreateCommentInput!, $connections: [ID!]!) {
    createComment(input: $input) {
      __typename
      ... on CreateCommentPayload {
        commentEdge @appendEdge(connections: $connections) {
          node {
            text
          }
        }
        post {
          commentCount
        }
      }
    }
  }
`;

graphql`
  mutation documentsDeletePostMutation($input: DeletePostInput!, $connections: [ID!]!) {
    deletePost(input: $input) {
      __typename
      ... on DeletePostPayload {
        deletedPostId @deleteEdge(connections: $connections) @deleteRecord
      }
    }
  }
`;
