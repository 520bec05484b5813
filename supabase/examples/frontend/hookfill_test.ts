// These run the page's code, with the real supabase-js, against stand-ins for the
// REST door and for Realtime: they answer what they know from rows of their own and
// refuse all else, so a request that is not written as expected fails. Whose rows a real
// database shows, and that live updates are heard by their owner alone, is proven
// by the specs of adapters/postgres.
import { deepStrictEqual, rejects } from "node:assert";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import {
  listWebhookConfigs,
  type LiveUpdate,
  NoSuchWebhookConfig,
  pauseWebhookConfig,
  readOrders,
  readPositions,
  readSignals,
  renameWebhookConfig,
  resumeWebhookConfig,
  watchLiveUpdates,
} from "./hookfill.ts";

const momentum = { id: "0197-a", name: "momentum", status: "active", version: 3, updated_at: "2026-11-23T16:00:00Z" };
const configColumns = "select=id%2Cname%2Cstatus%2Cversion%2Cupdated_at";

/** The stand-in: what it answers to which request, and what it was asked. */
class RestDoor {
  readonly asked: { request: string; body: unknown }[] = [];
  constructor(private readonly answers: Record<string, unknown>) {}

  readonly answer = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const name = `${request.method} ${pathname.replace("/rest/v1", "")}${search}`;
    const text = await request.text();
    this.asked.push({ request: name, body: text ? JSON.parse(text) : undefined });
    if (!(name in this.answers)) {
      return Response.json({ code: "PGRST000", message: `not expected: ${name}` }, { status: 400 });
    }
    const answer = this.answers[name];
    return answer instanceof Response ? answer : Response.json(answer);
  };
}

function pageOver(door: RestDoor): SupabaseClient {
  return createClient("http://rest.invalid", "publishable", {
    global: { fetch: door.answer },
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

Deno.test("lists the webhook configs that are not removed, by name", async () => {
  const door = new RestDoor({
    [`GET /webhook_configs?${configColumns}&deleted_at=is.null&order=name.asc&limit=50`]: [momentum],
  });
  deepStrictEqual(await listWebhookConfigs(pageOver(door)), [momentum]);
});

const change = `PATCH /webhook_configs?id=eq.0197-a&deleted_at=is.null&${configColumns}`;
for (
  const [does, by, sent] of [
    ["renames", (page) => renameWebhookConfig(page, "0197-a", "breakout"), { name: "breakout" }],
    ["pauses", (page) => pauseWebhookConfig(page, "0197-a"), { status: "paused" }],
    ["resumes", (page) => resumeWebhookConfig(page, "0197-a"), { status: "active" }],
  ] as [string, (page: SupabaseClient) => Promise<unknown>, Record<string, string>][]
) {
  Deno.test(`${does} one webhook config and changes nothing else of it`, async () => {
    const door = new RestDoor({ [change]: [{ ...momentum, ...sent }] });
    deepStrictEqual(await by(pageOver(door)), { ...momentum, ...sent });
    deepStrictEqual(door.asked, [{ request: change, body: sent }]);
  });

  Deno.test(`${does} none that is another's, and says so`, async () => {
    await rejects(by(pageOver(new RestDoor({ [change]: [] }))), NoSuchWebhookConfig);
  });
}

Deno.test("passes on what the database refuses", async () => {
  const refusal = Response.json({ code: "42501", message: "permission denied" }, { status: 403 });
  await rejects(renameWebhookConfig(pageOver(new RestDoor({ [change]: refusal })), "0197-a", "x"), { code: "42501" });
});

Deno.test("reads the newest signals, of all webhook configs or of one", async () => {
  const columns = "select=id%2Cwebhook_config_id%2Csource%2Caction%2Csymbol%2Cstate%2Creasons%2Creceived_at";
  const [first, second] = [{ id: "1" }, { id: "2" }];
  const page = pageOver(
    new RestDoor({
      [`GET /signals?${columns}&order=id.desc&limit=50`]: [second, first],
      [`GET /signals?${columns}&webhook_config_id=eq.0197-a&order=id.desc&limit=50`]: [first],
    }),
  );
  deepStrictEqual(await readSignals(page), [second, first]);
  deepStrictEqual(await readSignals(page, "0197-a"), [first]);
});

Deno.test("reads amounts as text, to the last digit", async () => {
  const order = { id: "1", quantity: "0.100000000000000001", filled_quantity: "0" };
  const position = { id: "2", quantity: "12345678901234567890.5" };
  const orders = "select=id%2Csignal_id%2Csymbol%2Cside%2Ctype%2Cquantity%3A%3Atext%2Cnotional%3A%3Atext" +
    "%2Cfilled_quantity%3A%3Atext%2Caverage_fill_price%3A%3Atext%2Csubmission%2Cstatus%2Ccreated_at";
  const positions = "select=id%2Cbroker_account_id%2Cscope%2Cwebhook_config_id%2Csymbol%2Cquantity%3A%3Atext" +
    "%2Caverage_price%3A%3Atext%2Crealized_profit%3A%3Atext";
  const page = pageOver(
    new RestDoor({
      [`GET /orders?${orders}&order=id.desc&limit=50`]: [order],
      [`GET /positions?${positions}&scope=eq.webhook&quantity=neq.0&order=symbol.asc&limit=50`]: [position],
    }),
  );
  deepStrictEqual(await readOrders(page), [order]);
  deepStrictEqual(await readPositions(page, "webhook"), [position]);
});

type Frame = [join: string | null, ref: string | null, topic: string, event: string, payload: unknown];

/** A stand-in for Realtime: it lets a page join one private topic, and tells it what there is to tell. */
function realtimeOf(topic: string, told: LiveUpdate[]) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const send = (...frame: Frame) => socket.send(JSON.stringify(frame));
    socket.onmessage = ({ data }) => {
      const [join, ref, name, event, payload] = JSON.parse(data) as Frame;
      if (event !== "phx_join") return send(join, ref, name, "phx_reply", { status: "ok", response: {} });
      const { config } = payload as { config: { private: boolean } };
      if (name !== `realtime:${topic}` || !config.private) {
        return send(join, ref, name, "phx_reply", { status: "error", response: { reason: "Unauthorized" } });
      }
      send(join, ref, name, "phx_reply", { status: "ok", response: { postgres_changes: [] } });
      for (const { operation, ...payload } of told) {
        send(null, null, name, "broadcast", { type: "broadcast", event: operation, payload });
      }
    };
    return response;
  });
}

Deno.test("hears, on its user's private topic, which rows are new and which changed", async () => {
  const told: LiveUpdate[] = [
    { operation: "insert", table: "signals", ids: ["1", "2"] },
    { operation: "update", table: "orders", ids: ["3"] },
  ];
  const server = realtimeOf("user:ada", told);
  const page = createClient(`http://127.0.0.1:${server.addr.port}`, "publishable", {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const heard: LiveUpdate[] = [];
  let joined = 0;
  await new Promise<void>((resolve) => {
    watchLiveUpdates(page, "ada", (update) => {
      if (heard.push(update) === told.length) resolve();
    }, () => joined++);
  });
  deepStrictEqual([heard, joined], [told, 1]);
  await page.removeAllChannels();
  await page.realtime.disconnect();
  await server.shutdown();
});
