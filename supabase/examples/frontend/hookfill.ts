// What a page needs to talk to hookfill's tables itself, with supabase-js: every
// row is reached through row-level security, so nothing here names a user but the
// topic of live updates. Rules, tokens and routes are made through the API.
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";

/** A webhook config as a page may see it. */
export interface WebhookConfig {
  id: string;
  name: string;
  status: "active" | "paused";
  version: number;
  updated_at: string;
}

/** A signal: one admitted intent. `symbol` is empty where it is about all of them. */
export interface Signal {
  id: string;
  webhook_config_id: string | null;
  source: "alert" | "operator" | "protection" | "halt";
  action: string;
  symbol: string;
  state: string;
  reasons: { code: string; field?: string; message: string }[];
  received_at: string;
}

/** An order. Quantities and prices are texts: a number would lose digits. */
export interface Order {
  id: string;
  signal_id: string;
  symbol: string;
  side: "buy" | "sell";
  type: string;
  quantity: string | null;
  notional: string | null;
  filled_quantity: string;
  average_fill_price: string | null;
  submission: string;
  status: string;
  created_at: string;
}

/** A position, of an account or of what one config traded there. */
export interface Position {
  id: string;
  broker_account_id: string;
  scope: "account" | "webhook";
  webhook_config_id: string | null;
  symbol: string;
  quantity: string;
  average_price: string | null;
  realized_profit: string;
}

/** Which rows of the user's are new or changed; what they are now is to be read. */
export interface LiveUpdate {
  operation: "insert" | "update";
  table: "webhook_configs" | "signals" | "orders" | "positions";
  ids: string[];
}

/** Thrown where the user has no such webhook config: another's is as good as none. */
export class NoSuchWebhookConfig extends Error {}

/** How many rows of a list are read at most. */
export const pageSize = 50;

const configColumns = "id, name, status, version, updated_at";

/** Lists the user's webhook configs by name, without those removed. */
export async function listWebhookConfigs(client: SupabaseClient): Promise<WebhookConfig[]> {
  const { data } = await client.from("webhook_configs").select(configColumns)
    .is("deleted_at", null).order("name").limit(pageSize)
    .overrideTypes<WebhookConfig[], { merge: false }>().throwOnError();
  return data;
}

/** Renames a webhook config: 1 to 100 characters. */
export function renameWebhookConfig(client: SupabaseClient, id: string, name: string): Promise<WebhookConfig> {
  return change(client, id, { name });
}

/** Pauses a webhook config: its alerts are recorded as refused, and trade nothing. */
export function pauseWebhookConfig(client: SupabaseClient, id: string): Promise<WebhookConfig> {
  return change(client, id, { status: "paused" });
}

/** Resumes a webhook config. What arrived meanwhile stays refused. */
export function resumeWebhookConfig(client: SupabaseClient, id: string): Promise<WebhookConfig> {
  return change(client, id, { status: "active" });
}

async function change(
  client: SupabaseClient,
  id: string,
  what: Partial<Pick<WebhookConfig, "name" | "status">>,
): Promise<WebhookConfig> {
  const { data } = await client.from("webhook_configs").update(what)
    .eq("id", id).is("deleted_at", null).select(configColumns)
    .overrideTypes<WebhookConfig[], { merge: false }>().throwOnError();
  const [changed] = data;
  if (!changed) throw new NoSuchWebhookConfig(`no webhook config ${id}`);
  return changed;
}

/** Reads the newest signals, of one webhook config where one is named. */
export async function readSignals(client: SupabaseClient, webhookConfigId?: string): Promise<Signal[]> {
  let query = client.from("signals")
    .select("id, webhook_config_id, source, action, symbol, state, reasons, received_at");
  if (webhookConfigId) query = query.eq("webhook_config_id", webhookConfigId);
  const { data } = await query.order("id", { ascending: false }).limit(pageSize)
    .overrideTypes<Signal[], { merge: false }>().throwOnError();
  return data;
}

/** Reads the newest orders. */
export async function readOrders(client: SupabaseClient): Promise<Order[]> {
  const { data } = await client.from("orders")
    .select(
      "id, signal_id, symbol, side, type, quantity::text, notional::text, filled_quantity::text, " +
        "average_fill_price::text, submission, status, created_at",
    )
    .order("id", { ascending: false }).limit(pageSize)
    .overrideTypes<Order[], { merge: false }>().throwOnError();
  return data;
}

/** Reads the positions of a scope that are not flat, by symbol. */
export async function readPositions(client: SupabaseClient, scope: Position["scope"]): Promise<Position[]> {
  const { data } = await client.from("positions")
    .select(
      "id, broker_account_id, scope, webhook_config_id, symbol, quantity::text, average_price::text, " +
        "realized_profit::text",
    )
    .eq("scope", scope).neq("quantity", 0).order("symbol").limit(pageSize)
    .overrideTypes<Position[], { merge: false }>().throwOnError();
  return data;
}

/**
 * Tells of every change to the user's rows until the channel is unsubscribed. A
 * message may be lost while the connection is away, so `onJoined` is called each
 * time it is there (again): read everything then, and listen from there on.
 */
export async function watchLiveUpdates(
  client: SupabaseClient,
  userId: string,
  onUpdate: (update: LiveUpdate) => void,
  onJoined: () => void,
): Promise<RealtimeChannel> {
  await client.realtime.setAuth();
  const tell = (operation: LiveUpdate["operation"]) => (message: { payload: unknown }) => {
    const { table, ids } = message.payload as Omit<LiveUpdate, "operation">;
    onUpdate({ operation, table, ids });
  };
  return client.channel(`user:${userId}`, { config: { private: true } })
    .on("broadcast", { event: "insert" }, tell("insert"))
    .on("broadcast", { event: "update" }, tell("update"))
    .subscribe((status) => {
      if (status === "SUBSCRIBED") onJoined();
    });
}
