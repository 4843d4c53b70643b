import { isGone, wasSuperseded } from "../api";
import { afterPause, h, Latest } from "../dom";
import { captionOf, drawFaces, morph, recallFace, type Face } from "../face";
import { download } from "../parts/download";
import { Notice } from "../parts/notice";
import { Portrait } from "../parts/portrait";
import { newSeed } from "../random";
import type { Session, Slot } from "../session";

/** Steps of the slider; all of them are decoded at once, so that sliding waits for nothing. */
const steps = 32;
const weights = Array.from({ length: steps + 1 }, (_, i) => i / steps);
/** Every how many steps the strip shows a picture. */
const stripEvery = 4;

/** Two faces and everything between them. */
export class MixView {
  readonly element: HTMLElement;
  private readonly result = new Portrait(640, "The mix");
  private readonly caption = h("figcaption", { class: "caption" });
  private readonly notice = new Notice();
  private readonly latest = new Latest();
  private readonly loads: Record<Slot, Latest> = { a: new Latest(), b: new Latest() };
  private readonly ends: Record<Slot, End>;
  private readonly slider: HTMLInputElement;
  private readonly share = h("output", { class: "share-line", for: "weight" });
  private readonly strip: { portrait: Portrait; button: HTMLButtonElement; step: number }[];
  private readonly save: HTMLButtonElement;
  private readonly remember = afterPause(150, () => this.session.update({ weight: this.step() / steps }));
  private frames: Face[] = [];
  /** The pair whose pictures are here or on their way. */
  private between: readonly [Face, Face] | undefined;

  constructor(private readonly session: Session) {
    this.ends = { a: this.end("a"), b: this.end("b") };
    this.slider = h("input", {
      type: "range", id: "weight", min: 0, max: steps, step: 1, "aria-label": "From A to B", oninput: () => this.slide(),
    });
    this.strip = weights.flatMap((_, step) => step % stripEvery === 0 ? [this.stripButton(step)] : []);
    const swap = h("button", { type: "button", class: "button", onclick: () => session.swap() }, "Swap A and B");
    this.save = h("button", { type: "button", class: "button", onclick: () => this.saveShown() }, "Download PNG");
    this.element = h("section", { class: "view mix", "aria-labelledby": "mix-title" },
      h("div", { class: "panel-head" },
        h("div", {},
          h("h1", { id: "mix-title" }, "Mix two faces"),
          h("p", { class: "lead" }, "Slide from one face to the other, or pick a step of the strip.")),
        h("div", { class: "actions" }, swap, this.save)),
      this.notice.element,
      h("div", { class: "bench" },
        this.ends.a.element,
        h("figure", { class: "framed" }, this.result.element, this.caption),
        this.ends.b.element),
      h("div", { class: "slide" },
        h("span", { class: "end-mark", "aria-hidden": "true" }, "A"), this.slider,
        h("span", { class: "end-mark", "aria-hidden": "true" }, "B")),
      this.share,
      h("div", { class: "strip", role: "group", "aria-label": "Steps from A to B" }, ...this.strip.map(({ button }) => button)));
    this.enable(false);
    session.addEventListener("chosen", () => { if (session.state.view === "mix") void this.mix(); });
  }

  open(): void {
    this.slider.value = String(Math.round(this.session.state.weight * steps));
    void this.fill();
  }

  /** Finds what the link names, and draws a face for an end that nobody has chosen. */
  private async fill(): Promise<void> {
    await Promise.all((["a", "b"] as Slot[]).map(async (slot) => {
      if (this.session.chosen[slot]) return;
      const origin = this.session.state[slot];
      await this.load(slot, () => origin ? recallFace(origin).catch((error: unknown) => {
        // What the link named is gone; a new face is better than a dead end.
        if (!isGone(error)) throw error;
        return this.newFace(slot);
      }) : this.newFace(slot));
    }));
    await this.mix();
  }

  private async newFace(slot: Slot): Promise<Face | undefined> {
    // The other end's model, so that the two can be mixed.
    const other = this.session.chosen[slot === "a" ? "b" : "a"];
    return (await drawFaces(newSeed(), 1, 1, other?.model ?? ""))[0];
  }

  private async load(slot: Slot, find: () => Promise<Face | undefined>): Promise<void> {
    const end = this.ends[slot];
    const signal = this.loads[slot].begin();
    end.portrait.busy = true;
    end.notice.clear();
    try {
      const face = await find();
      if (face && !signal.aborted) this.session.choose(slot, face);
    } catch (error) {
      if (!wasSuperseded(error, signal)) end.notice.fail(error, () => void this.load(slot, find));
    } finally {
      if (!signal.aborted) end.portrait.busy = false;
    }
  }

  private async mix(): Promise<void> {
    const { a, b } = this.session.chosen;
    this.ends.a.show(a);
    this.ends.b.show(b);
    this.slider.value = String(Math.round(this.session.state.weight * steps));
    if (!a || !b || (this.between?.[0] === a && this.between[1] === b)) return this.slide();
    const signal = this.latest.begin();
    this.notice.clear();
    this.between = [a, b];
    this.frames = [];
    this.enable(false);
    if (a.model !== b.model) {
      this.notice.say(`A and B come from two models (${a.model} and ${b.model}), whose faces cannot be mixed.`,
        "Draw a new B", () => void this.load("b", () => this.newFace("b")));
      return this.slide();
    }
    this.result.busy = true;
    try {
      this.frames = await morph(a, b, weights, signal);
      if (signal.aborted) return;
      this.session.sawModel(a.model);
      for (const { portrait, step } of this.strip) portrait.show(this.frames[step], percent(step));
      this.enable(true);
      this.slide();
    } catch (error) {
      if (wasSuperseded(error, signal)) return;
      this.between = undefined;
      this.notice.fail(error, () => void this.mix());
    } finally {
      if (!signal.aborted) this.result.busy = false;
    }
  }

  private step(): number {
    return Number(this.slider.value);
  }

  private slide(): void {
    const step = this.step();
    const frame = this.frames[step];
    this.result.show(frame, percent(step));
    this.element.dataset["step"] = String(step);
    this.caption.textContent = frame ? captionOf(frame) : "";
    this.share.textContent = percent(step);
    this.slider.setAttribute("aria-valuetext", percent(step));
    this.slider.style.setProperty("--filled", `${(step / steps) * 100}%`);
    for (const { button, step: own } of this.strip) {
      const nearest = Math.abs(own - step) * 2 <= stripEvery && (own <= step || (own - step) * 2 < stripEvery);
      button.setAttribute("aria-pressed", String(nearest && frame !== undefined));
    }
    if (frame) this.remember();
  }

  private enable(on: boolean): void {
    this.slider.disabled = this.save.disabled = !on;
    for (const { button, portrait } of this.strip) {
      button.disabled = !on;
      if (!on) portrait.show(undefined);
    }
  }

  private saveShown(): void {
    const frame = this.frames[this.step()];
    if (frame) download(frame, `facemix-mix-${Math.round((this.step() / steps) * 100)}`);
  }

  private stripButton(step: number) {
    const portrait = new Portrait(192, "Step");
    const button = h("button", {
      type: "button", class: "step", onclick: () => { this.slider.value = String(step); this.slide(); },
    }, portrait.element);
    return { portrait, button, step };
  }

  private end(slot: Slot): End {
    return new End(slot, () => void this.load(slot, () => this.newFace(slot)));
  }
}

/** A or B: its picture, where it comes from, and a button for a new one. */
class End {
  readonly element: HTMLElement;
  readonly portrait: Portrait;
  readonly notice = new Notice();
  private readonly origin = h("p", { class: "origin" });

  constructor(slot: Slot, onNew: () => void) {
    const name = slot.toUpperCase();
    this.portrait = new Portrait(400, `Face ${name}`);
    this.element = h("div", { class: "end", "data-slot": slot },
      h("figure", { class: "framed" }, this.portrait.element, h("span", { class: "letter", "aria-hidden": "true" }, name)),
      this.origin, this.notice.element,
      h("button", { type: "button", class: "button small", onclick: onNew, "aria-label": `Random face for ${name}` }, "Random face"));
  }

  show(face: Face | undefined): void {
    this.portrait.show(face, face ? captionOf(face) : "");
    this.origin.textContent = face ? originOf(face) : "";
  }
}

function originOf(face: Face): string {
  switch (face.origin.kind) {
    case "seed": return `New face ${face.origin.seed}`;
    case "stored": return `Chosen by features, no. ${face.origin.id}`;
    case "private": return "From a photograph; links leave it out";
  }
}

function percent(step: number): string {
  const b = Math.round((step / steps) * 100);
  return `${100 - b}% A, ${b}% B`;
}
