// These run the door against a stand-in for the Data API: what PostgREST itself does
// with ingest_delivery is not shown here, only what the door makes of its answers.
import { projectOf, receive } from "./door.ts";

function equal(got: unknown, want: unknown, why = "") {
  if (JSON.stringify(got) !== JSON.stringify(want)) {
    throw new Error(`${why} got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
  }
}

interface Asked {
  path: string;
  key: string | null;
  body: { token: string; body_base64: string; source: string };
}

/** Runs fn before a Data API that answers as it is told. */
async function before(answer: () => Response | Promise<Response>, fn: (url: string, asked: Asked[]) => Promise<void>) {
  const asked: Asked[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    asked.push({ path: new URL(request.url).pathname, key: request.headers.get("apikey"), body: await request.json() });
    return await answer();
  });
  try {
    await fn(`http://127.0.0.1:${server.addr.port}`, asked);
  } finally {
    await server.shutdown();
  }
}

const post = (body: BodyInit | null, path = "/hooks/hf_token", headers: Record<string, string> = {}) =>
  new Request(`http://edge${path}`, { method: "POST", body, headers });

const committed = () => Response.json("0198a7c2-0000-7000-8000-000000000001");
const refused = (status: number) => () => Response.json({ code: `PT${status}`, message: "no" }, { status });

Deno.test("an alert is accepted once it is committed, byte for byte", async () => {
  await before(committed, async (url, asked) => {
    const bytes = new Uint8Array([0, 255, 10, 66]);
    const answer = await receive(post(bytes, "/hooks/hf_a-b_c", { "x-forwarded-for": "192.0.2.7, 10.0.0.1" }), {
      url,
      secretKey: "sb_secret",
    });
    equal(answer.status, 200);
    equal(await answer.json(), { result: "accepted", delivery_id: "0198a7c2-0000-7000-8000-000000000001" });
    equal(asked, [{
      path: "/rest/v1/rpc/ingest_delivery",
      key: "sb_secret",
      body: { token: "hf_a-b_c", body_base64: "AP8KQg==", source: "192.0.2.7" },
    }]);
  });
});

const rows: [string, () => Response | Promise<Response>, number][] = [
  ["an unknown webhook is not found", refused(404), 404],
  ["a body the database finds too long is too large", refused(413), 413],
  ["a wrong key of the project asks for the alert again", refused(401), 503],
  ["a fault of the database asks for the alert again", refused(500), 503],
  ["a missing function asks for the alert again", () => Response.json({ code: "PGRST202" }, { status: 404 }), 503],
  ["an answer that is none asks for the alert again", () => new Response("<html>", { status: 200 }), 503],
];
for (const [name, answer, status] of rows) {
  Deno.test(name, async () => {
    await before(answer, async (url) => {
      const got = await receive(post("BUY 10 AAPL"), { url, secretKey: "sb_secret" });
      equal(got.status, status);
      equal(got.headers.get("retry-after"), status === 503 ? "1" : null);
      const said = await got.text();
      equal(said.includes("sb_secret"), false, "no secret is told:");
    });
  });
}

Deno.test("a database that is away asks for the alert again", async () => {
  const got = await receive(post("BUY 10 AAPL"), { url: "http://127.0.0.1:1", secretKey: "sb_secret" });
  equal(got.status, 503);
});

Deno.test("more than 64 KiB is refused before anybody is asked, chunked too", async () => {
  await before(committed, async (url, asked) => {
    const whole = new Uint8Array(64 * 1024);
    equal((await receive(post(whole), { url, secretKey: "k" })).status, 200);
    const chunks = new ReadableStream({
      start(to) {
        to.enqueue(whole);
        to.enqueue(new Uint8Array(1));
        to.close();
      },
    });
    equal((await receive(post(chunks), { url, secretKey: "k" })).status, 413);
    equal(asked.length, 1);
  });
});

Deno.test("another method is not allowed, and another path not found", async () => {
  const project = { url: "http://127.0.0.1:1", secretKey: "k" };
  equal((await receive(new Request("http://edge/hooks/hf_token"), project)).status, 405);
  equal((await receive(post("", "/hooks"), project)).status, 404);
  equal((await receive(post("", "/hooks/a/b"), project)).status, 404);
  equal((await receive(post("", "/hooks/%"), project)).status, 404, "what is no text is no token:");
  equal((await receive(post("", "/hooks/a%00b"), project)).status, 404, "nor is what the database cannot hold:");
});

Deno.test("the project is read from either kind of key, and its absence is said by name", () => {
  const from = (variables: Record<string, string>) => projectOf((name) => variables[name]);
  equal(from({ SUPABASE_URL: "http://p/", SUPABASE_SECRET_KEYS: '{"default":"sb_secret"}' }), {
    url: "http://p",
    secretKey: "sb_secret",
  });
  equal(from({ SUPABASE_URL: "http://p", SUPABASE_SERVICE_ROLE_KEY: "legacy" }), {
    url: "http://p",
    secretKey: "legacy",
  });
  let why = "";
  try {
    from({});
  } catch (e) {
    why = String(e);
  }
  equal(why.includes("SUPABASE_URL"), true, "it names what is missing:");
});
