/** Loaded before a client: a page's origin and who is signed in there, and a record of what goes over the wire. */
import { appendFileSync } from "node:fs";

const { PLAZA_URL, PLAZA_TOKEN, WIRE } = process.env;
const send = globalThis.fetch;

globalThis.fetch = async (address, request = {}) => {
  const url = new URL(address, PLAZA_URL);
  const headers = new Headers(request.headers);
  if (PLAZA_TOKEN) headers.set("authorization", `Bearer ${PLAZA_TOKEN}`);
  const response = await send(url, { ...request, headers });
  const line = {
    method: request.method ?? "GET",
    asked: request.body ? JSON.parse(request.body) : ofAddress(url),
    status: response.status,
    caching: response.headers.get("cache-control"),
    answer: await response.clone().json(),
  };
  appendFileSync(WIRE, `${JSON.stringify(line)}\n`);
  return response;
};

/** The members of a GET, of which two are JSON. */
function ofAddress(url) {
  const asked = Object.fromEntries(url.searchParams);
  for (const name of ["variables", "extensions"]) if (asked[name]) asked[name] = JSON.parse(asked[name]);
  return asked;
}
