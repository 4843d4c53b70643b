import { isGone, store, wasSuperseded } from "../api";
import { featureOf, grouped, listed, unmetWishes } from "../attributes";
import { afterPause, h, Latest } from "../dom";
import { captionOf, decodeStored, type Face } from "../face";
import type { ListAttributesResponse_AttributeCount, MatchFeaturesResponse, MatchFeaturesResponse_Match } from "../../generated/facemix/latents/v1/latents_pb";
import { Chip, type Wish } from "../parts/chip";
import { download } from "../parts/download";
import { Notice } from "../parts/notice";
import { Portrait } from "../parts/portrait";
import { useAsButtons } from "../parts/useAs";
import { newSeed } from "../random";
import type { Session } from "../session";

/** Draws before "Another" puts up with the face that is already there. */
const drawsForAnother = 8;

/** Tick features and get a face that has them. */
export class FeaturesView {
  readonly element: HTMLElement;
  private readonly portrait = new Portrait(640, "The face");
  private readonly caption = h("figcaption", { class: "caption" });
  private readonly matches = h("p", { class: "matches", "aria-live": "polite" });
  private readonly leftOut = h("p", { class: "left-out", "aria-live": "polite", hidden: true });
  private readonly traits = h("ul", { class: "traits", "aria-label": "What this face has" });
  private readonly faceNotice = new Notice();
  private readonly chipNotice = new Notice();
  private readonly chipGroups = h("div", { class: "chip-groups" });
  private readonly clear = h("button", { type: "button", class: "button quiet", onclick: () => this.clearAll() }, "Clear all");
  private readonly buttons: HTMLButtonElement[];
  private readonly chips = new Map<string, Chip>();
  private readonly latest = new Latest();
  private readonly askSoon = afterPause(60, () => void this.ask());
  private face: Face | undefined;
  private faceId: bigint | undefined;
  private listedModel = "";

  constructor(private readonly session: Session) {
    const another = h("button", { type: "button", class: "button primary", onclick: () => void this.another() }, "Another");
    const save = h("button", { type: "button", class: "button", onclick: () => this.save() }, "Download PNG");
    this.buttons = [another, ...useAsButtons(session, () => this.face), save] as HTMLButtonElement[];
    this.element = h("section", { class: "view features", "aria-labelledby": "features-title" },
      h("div", { class: "stage" },
        h("figure", { class: "framed" }, this.portrait.element, this.caption),
        this.matches, this.leftOut, this.faceNotice.element,
        h("div", { class: "actions" }, ...this.buttons),
        this.traits),
      h("div", { class: "panel" },
        h("div", { class: "panel-head" },
          h("div", {},
            h("h1", { id: "features-title" }, "Describe a face"),
            h("p", { class: "lead" }, "Press a feature once to want it, twice to avoid it.")),
          this.clear),
        this.chipNotice.element, this.chipGroups));
    this.enable(false);
    this.showSkeleton();
  }

  /** Called when the view comes to the front, and again when a link changes the wishes. */
  open(): void {
    if (this.chips.size === 0) void this.list();
    else this.paintChips([], []);
    void this.ask();
  }

  private async list(model = ""): Promise<void> {
    this.chipNotice.clear();
    try {
      const reply = await store.listAttributes({ modelVersion: model });
      this.listedModel = reply.modelVersion;
      this.showChips(reply.attributes, reply.total);
    } catch (error) {
      this.chipGroups.replaceChildren();
      this.chipNotice.fail(error, () => { this.showSkeleton(); void this.list(model); });
    }
  }

  private showChips(counts: ListAttributesResponse_AttributeCount[], total: bigint): void {
    this.chips.clear();
    const countOf = new Map(counts.map((entry) => [entry.name, entry.has]));
    this.chipGroups.replaceChildren(...grouped([...countOf.keys()]).map(({ group, features }) =>
      h("fieldset", {}, h("legend", {}, group), h("div", { class: "chips" }, ...features.map((feature) => {
        const chip = new Chip(feature, (wish) => this.wish(feature.name, wish));
        chip.count(countOf.get(feature.name) ?? 0n, total);
        this.chips.set(feature.name, chip);
        return chip.element;
      })))));
    this.paintChips([], []);
  }

  private wish(name: string, wish: Wish): void {
    const without = (names: string[]) => names.filter((other) => other !== name);
    const { want, avoid } = this.session.state;
    this.session.update({
      want: wish === "want" ? [...without(want), name] : without(want),
      avoid: wish === "avoid" ? [...without(avoid), name] : without(avoid),
      // A change is a new question: the newest model answers it.
      pickModel: "",
    });
    this.paintClear();
    // An answer to the earlier wishes that arrives within the pause would pass for one to these.
    this.latest.begin();
    this.portrait.busy = true;
    this.askSoon();
  }

  private clearAll(): void {
    this.session.update({ want: [], avoid: [], pickModel: "" });
    this.paintChips([], []);
    void this.ask();
  }

  private async ask(): Promise<void> {
    const signal = this.latest.begin();
    if (this.session.state.pick === undefined) this.session.update({ pick: newSeed() });
    await this.run(signal, () => this.ask(), () => this.match(signal));
  }

  private async another(): Promise<void> {
    const signal = this.latest.begin();
    this.session.update({ pickModel: "" });
    await this.run(signal, () => this.another(), async () => {
      const before = this.faceId;
      for (let draw = 1; ; draw++) {
        this.session.update({ pick: newSeed() });
        const match = await this.match(signal);
        if (match.candidates <= 1n || match.matches[0]?.latent?.id !== before || draw === drawsForAnother) return match;
      }
    });
  }

  private match(signal: AbortSignal): Promise<MatchFeaturesResponse> {
    const { want, avoid, pick, pickModel } = this.session.state;
    const question = pick === undefined ? { want, avoid } : { want, avoid, seed: pick };
    return store.matchFeatures({ ...question, modelVersion: pickModel }, { signal }).catch((error: unknown) => {
      // The link's model is gone; the newest one answers instead.
      if (pickModel === "" || !isGone(error)) throw error;
      this.session.update({ pickModel: "" });
      return store.matchFeatures(question, { signal });
    });
  }

  private async run(signal: AbortSignal, again: () => Promise<void>, find: () => Promise<MatchFeaturesResponse>): Promise<void> {
    this.portrait.busy = true;
    this.faceNotice.clear();
    try {
      const reply = await find();
      const match = reply.matches[0];
      if (!match?.latent) throw new Error("The store answered without a face");
      const face = await decodeStored(match.latent, signal);
      if (!signal.aborted) this.show(reply, match, face);
    } catch (error) {
      if (wasSuperseded(error, signal)) return;
      this.faceNotice.fail(error, () => void again());
    } finally {
      if (!signal.aborted) this.portrait.busy = false;
    }
  }

  private show(reply: MatchFeaturesResponse, match: MatchFeaturesResponse_Match, face: Face): void {
    const has = match.latent?.attributes ?? [];
    this.face = face;
    this.faceId = match.latent?.id;
    this.session.update({ pick: reply.seed, pickModel: face.model });
    this.session.sawModel(face.model);
    const labels = has.map((name) => featureOf(name).label);
    this.portrait.show(face, listed(labels));
    this.element.dataset["face"] = String(this.faceId);
    this.element.dataset["model"] = face.model;
    this.element.dataset["answers"] = `${this.session.state.want.join()}|${this.session.state.avoid.join()}`;
    this.caption.textContent = captionOf(face);
    this.matches.textContent = sentenceOfCount(reply.candidates, match.missing.length + match.violated.length + match.notKnown.length > 0,
      this.session.state.want.length + this.session.state.avoid.length > 0);
    this.sayLeftOut(match);
    this.traits.replaceChildren(...has.map((name) => h("li", { "data-trait": name }, featureOf(name).label)));
    this.paintChips(match.missing, [...match.violated, ...match.notKnown]);
    this.enable(true);
    // A newer model has come in meanwhile: its attributes and counts are others.
    if (this.listedModel !== "" && this.listedModel !== face.model && this.chips.size > 0) void this.list(face.model);
  }

  private sayLeftOut({ missing, violated, notKnown }: MatchFeaturesResponse_Match): void {
    const wanted = this.session.state.want;
    const wishes = unmetWishes(
      [...missing, ...notKnown.filter((name) => wanted.includes(name))],
      [...violated, ...notKnown.filter((name) => !wanted.includes(name))]);
    this.leftOut.hidden = wishes.length === 0;
    this.leftOut.replaceChildren(...(wishes.length === 0 ? [] :
      ["No face has all of this. Left out: ", h("strong", {}, listed(wishes)), "."]));
  }

  private paintChips(missing: readonly string[], unwanted: readonly string[]): void {
    const { want, avoid } = this.session.state;
    for (const [name, chip] of this.chips) {
      const wish = want.includes(name) ? "want" : avoid.includes(name) ? "avoid" : "any";
      chip.set(wish, missing.includes(name) || unwanted.includes(name));
    }
    this.paintClear();
  }

  private paintClear(): void {
    this.clear.disabled = this.session.state.want.length + this.session.state.avoid.length === 0;
  }

  private enable(on: boolean): void {
    for (const button of this.buttons) button.disabled = !on;
  }

  private save(): void {
    if (this.face) download(this.face, `facemix-${this.faceId}`);
  }

  private showSkeleton(): void {
    const row = (widths: number[]) => h("div", { class: "chips skeleton", "aria-hidden": "true" },
      ...widths.map((width) => h("span", { class: `chip w${width}` })));
    this.chipGroups.replaceChildren(row([3, 2, 4, 3]), row([2, 4, 3]), row([4, 2, 3, 2]));
  }
}

function sentenceOfCount(candidates: bigint, someLeftOut: boolean, someWished: boolean): string {
  const count = candidates.toLocaleString("en");
  const faces = candidates === 1n ? "face" : "faces";
  if (!someWished) return `One of ${count} ${faces}`;
  if (someLeftOut) return candidates === 1n ? "The one face that comes closest" : `One of ${count} faces that come closest`;
  return candidates === 1n ? "The one face like this" : `One of ${count} faces like this`;
}
