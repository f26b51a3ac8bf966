// Prints what npm's graphql-http thinks of the server at PLAZA_URL, as JSON.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: `${process.env.PLAZA_URL}/graphql`, fetchFn: fetch });
const told = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify(told));
