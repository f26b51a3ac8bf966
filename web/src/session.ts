/** Who is signed in: kept in this browser, seen by all its tabs. */

import { useMemo, useSyncExternalStore } from "react";

export interface Session {
  accessToken: string;
  refreshToken: string | null;
  username: string | null;
}

const KEY = "plaza:session";
const CHANGED = "plaza:session-changed"; // `storage` tells only the other tabs

export function current(): Session | null {
  return read(localStorage.getItem(KEY));
}

export function keep(session: Session): void {
  localStorage.setItem(KEY, JSON.stringify(session));
  dispatchEvent(new Event(CHANGED));
}

export function forget(): void {
  localStorage.removeItem(KEY);
  dispatchEvent(new Event(CHANGED));
}

export function useSession(): Session | null {
  const stored = useSyncExternalStore(subscribe, () => localStorage.getItem(KEY));
  return useMemo(() => read(stored), [stored]);
}

/** What stands there may be anything; nobody is signed in but by a token. */
function read(stored: string | null): Session | null {
  try {
    const { accessToken, refreshToken, username } = JSON.parse(stored ?? "{}") as Record<keyof Session, unknown>;
    if (typeof accessToken !== "string") return null;
    return { accessToken, refreshToken: textOf(refreshToken), username: textOf(username) };
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function subscribe(changed: () => void): () => void {
  addEventListener(CHANGED, changed);
  addEventListener("storage", changed);
  return () => {
    removeEventListener(CHANGED, changed);
    removeEventListener("storage", changed);
  };
}
