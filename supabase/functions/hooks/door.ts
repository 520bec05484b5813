// What the edge function does, apart from where it runs: it takes an alert in for
// good, or says that it did not. It judges nothing: the server does that later, in
// the order in which alerts came.

/** An alert has this many bytes at most. */
const maxBody = 64 * 1024;

/** How long the database is waited for: TradingView gives up after 3 s. */
const patience = 2500;

/** Where the Data API of the project is, and the key that may call ingest_delivery. */
export interface Project {
  url: string;
  secretKey: string;
}

/** Reads the project from the variables that Supabase sets. */
export function projectOf(variable: (name: string) => string | undefined): Project {
  const url = variable("SUPABASE_URL");
  const keys = variable("SUPABASE_SECRET_KEYS");
  const secretKey = keys ? JSON.parse(keys).default : variable("SUPABASE_SERVICE_ROLE_KEY");
  if (!url || !secretKey) {
    throw new Error("SUPABASE_URL and SUPABASE_SECRET_KEYS (or SUPABASE_SERVICE_ROLE_KEY) are needed");
  }
  return { url: url.replace(/\/+$/, ""), secretKey };
}

/** Answers POST /hooks/{token}. */
export async function receive(request: Request, project: Project): Promise<Response> {
  const token = tokenOf(request);
  if (token === undefined) {
    return notFound();
  }
  if (request.method !== "POST") {
    return problem(405, "method_not_allowed", "An alert is sent by POST.", { allow: "POST" });
  }
  const body = await read(request);
  if (body === undefined) {
    return tooLarge();
  }
  let answer: Response;
  try {
    answer = await fetch(`${project.url}/rest/v1/rpc/ingest_delivery`, {
      method: "POST",
      headers: {
        apikey: project.secretKey,
        authorization: `Bearer ${project.secretKey}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ token, body_base64: base64(body), source: senderOf(request) }),
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    return tryAgain();
  }
  return await tell(answer);
}

/** Gives the token of the path, or undefined where there is none or it cannot be one. */
function tokenOf(request: Request): string | undefined {
  const last = /\/hooks\/([^/]+)$/.exec(new URL(request.url).pathname)?.[1];
  try {
    const token = decodeURIComponent(last ?? "");
    return token === "" || token.includes("\0") ? undefined : token; // PostgreSQL has no text with a zero in it
  } catch {
    return undefined;
  }
}

/** Gives the body, or undefined once there is more of it than an alert has. */
async function read(request: Request): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > maxBody) {
      return undefined;
    }
    parts.push(part);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return btoa(text);
}

/** Where the alert says it comes from: for its owner's eyes, since a sender can write there what it likes. */
function senderOf(request: Request): string {
  return request.headers.get("x-forwarded-for")?.split(",")[0]?.trim().slice(0, 64) ?? "";
}

/**
 * Turns the Data API's answer into the sender's. Only what is committed is accepted,
 * and only what ingest_delivery itself says is final: a missing function is a 404 too.
 */
async function tell(answer: Response): Promise<Response> {
  let said: unknown;
  try {
    said = await answer.json();
  } catch {
    return tryAgain();
  }
  if (answer.ok && typeof said === "string") {
    return json(200, { result: "accepted", delivery_id: said });
  }
  switch ((said as { code?: unknown } | null)?.code) {
    case "PT404":
      return notFound();
    case "PT413":
      return tooLarge();
  }
  return tryAgain();
}

function tooLarge(): Response {
  return problem(413, "too_large", "An alert has 64 KiB at most.");
}

function notFound(): Response {
  return problem(404, "not_found", "There is no such webhook; copy its URL from where it was created.");
}

function tryAgain(): Response {
  return problem(503, "not_stored", "The alert could not be stored; send it again.", { "retry-after": "1" });
}

function problem(status: number, code: string, detail: string, headers: Record<string, string> = {}): Response {
  return json(status, { type: "about:blank", status, code, detail }, {
    ...headers,
    "content-type": "application/problem+json",
  });
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}
