// The page's three statements on node-postgres, on as many connections as every other server has.
//
// PostgreSQL keeps them prepared, since they have names. With NAMED_STATEMENTS=no they have none, which is what the
// driver's users mostly write, and are planned anew each time.

import { readFileSync } from "node:fs";
import pg from "pg";

const TIMESTAMPTZ = 1184;

const named = process.env.NAMED_STATEMENTS !== "no";

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.CONNECTIONS),
  options: "-c TimeZone=UTC -c jit=off",
  types: {
    getTypeParser: (oid, format) => (oid === TIMESTAMPTZ ? moment : pg.types.getTypeParser(oid, format)),
  },
});

const texts = Object.fromEntries(["posts", "authors", "likes"].map((name) => [name, read(`${name}.sql`)]));

/** A file beside this one. */
export function read(name) {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

/** The rows of a statement, which is named by its file. */
export async function fetch(name, ...values) {
  const text = texts[name];
  return (await pool.query(named ? { name, text, values } : { text, values })).rows;
}

// From text to text: a Date has milliseconds only, and takes longer.
function moment(text) {
  const [seconds, fraction] = text.slice(0, -"+00".length).replace(" ", "T").split(".");
  return fraction === undefined ? `${seconds}Z` : `${seconds}.${fraction.padEnd(6, "0")}Z`;
}
