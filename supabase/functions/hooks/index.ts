// A second door for alerts, which is open whether hookfill runs or not: point a
// sender at https://<project>.supabase.co/functions/v1/hooks/<token>.
import { projectOf, receive } from "./door.ts";

const project = projectOf((name) => Deno.env.get(name));

export default { fetch: (request: Request) => receive(request, project) };
