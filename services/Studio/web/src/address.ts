/** Where a face comes from, so that a link can ask for it again. */
export type Origin =
  | { kind: "seed"; seed: bigint; temperature: number; model: string }
  | { kind: "stored"; id: bigint }
  /** Has no place in a link: a photograph's latent is personal data. */
  | { kind: "private" };

export type View = "features" | "mix" | "new";

/** All that a link to the page says. */
export interface State {
  view: View;
  want: string[];
  avoid: string[];
  /** Chooses among the matching faces. */
  pick: bigint | undefined;
  /** The model version `pick` was made with. */
  pickModel: string;
  a: Origin | undefined;
  b: Origin | undefined;
  /** 0 is A, 1 is B. */
  weight: number;
  /** The gallery's first face. */
  seed: bigint | undefined;
  seedModel: string;
  temperature: number;
}

export const limits = { temperature: 1.5, wishes: 64, hashLength: 8192 } as const;

export function emptyState(): State {
  return {
    view: "features", want: [], avoid: [], pick: undefined, pickModel: "", a: undefined, b: undefined,
    weight: 0.5, seed: undefined, seedModel: "", temperature: 1,
  };
}

/** Reads a location hash. What it does not understand it leaves out: a link may come from anywhere. */
export function parseHash(hash: string): State {
  const state = emptyState();
  const text = hash.slice(0, limits.hashLength).replace(/^#/, "");
  const [view, query] = text.split("?", 2);
  if (view === "features" || view === "mix" || view === "new") state.view = view;
  const params = new URLSearchParams(query ?? "");
  const names = (key: string) =>
    [...new Set((params.get(key) ?? "").split(",").filter((name) => /^[^\p{Cc}<>]{1,64}$/u.test(name)))].slice(0, limits.wishes);
  state.want = names("want");
  state.avoid = names("avoid").filter((name) => !state.want.includes(name));
  state.pick = parseSeed(params.get("pick"));
  state.pickModel = parseModel(params.get("pickmodel"));
  state.a = parseOrigin(params.get("a"));
  state.b = parseOrigin(params.get("b"));
  state.weight = parseNumber(params.get("weight"), 0.5, 1);
  state.seed = parseSeed(params.get("seed"));
  state.seedModel = parseModel(params.get("model"));
  state.temperature = parseNumber(params.get("variety"), 1, limits.temperature);
  return state;
}

/** The hash of a state; what is as at the start is left out. */
export function formatHash(state: State): string {
  const parts: string[] = [];
  const put = (key: string, value: string | undefined) => {
    // "@" and "," are legal in a fragment, and a link is read by people too.
    if (value) parts.push(`${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%40", "@")}`);
  };
  put("want", state.want.join(","));
  put("avoid", state.avoid.join(","));
  put("pick", state.pick?.toString());
  if (state.pick !== undefined) put("pickmodel", state.pickModel);
  put("a", formatOrigin(state.a));
  put("b", formatOrigin(state.b));
  if (state.weight !== 0.5) put("weight", String(state.weight));
  put("seed", state.seed?.toString());
  if (state.seed !== undefined) put("model", state.seedModel);
  if (state.temperature !== 1) put("variety", String(state.temperature));
  return `#${state.view}${parts.length > 0 ? `?${parts.join("&")}` : ""}`;
}

/** How a link names a face; undefined for one that no link may name. */
export function formatOrigin(origin: Origin | undefined): string | undefined {
  switch (origin?.kind) {
    case "seed": return `seed-${origin.seed}-${origin.temperature}-${origin.model}`;
    case "stored": return `id-${origin.id}`;
    default: return undefined;
  }
}

function parseOrigin(text: string | null): Origin | undefined {
  const stored = /^id-(\d{1,18})$/.exec(text ?? "");
  if (stored) return { kind: "stored", id: BigInt(stored[1]!) };
  const seeded = /^seed-(\d{1,20})-(\d(?:\.\d{1,4})?)-(.*)$/.exec(text ?? "");
  const seed = parseSeed(seeded?.[1] ?? null);
  if (!seeded || seed === undefined) return undefined;
  return {
    kind: "seed", seed, temperature: parseNumber(seeded[2]!, 1, limits.temperature), model: parseModel(seeded[3]!),
  };
}

function parseSeed(text: string | null): bigint | undefined {
  if (!/^\d{1,20}$/.test(text ?? "")) return undefined;
  const seed = BigInt(text!);
  return seed < 2n ** 64n ? seed : undefined;
}

function parseModel(text: string | null): string {
  return /^[\w.-]{1,100}@[\w.-]{1,100}$/.test(text ?? "") ? text! : "";
}

function parseNumber(text: string | null, otherwise: number, most: number): number {
  const value = text === null || text === "" ? NaN : Number(text);
  return Number.isFinite(value) && value >= 0 && value <= most ? value : otherwise;
}
