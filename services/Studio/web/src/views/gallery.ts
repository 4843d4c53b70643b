import { isGone, wasSuperseded } from "../api";
import { limits } from "../address";
import { afterPause, h, Latest } from "../dom";
import { captionOf, drawFaces, type Face } from "../face";
import { Notice } from "../parts/notice";
import { Portrait } from "../parts/portrait";
import { newSeed } from "../random";
import type { Session, Slot } from "../session";

const facesShown = 24;

/** New faces by seed, to look at and to take into the mix. */
export class GalleryView {
  readonly element: HTMLElement;
  private readonly notice = new Notice();
  private readonly latest = new Latest();
  private readonly cards = Array.from({ length: facesShown }, (_, i) => new Card(i, (slot, face) => this.session.choose(slot, face)));
  private readonly grid = h("div", { class: "grid" }, ...this.cards.map((card) => card.element));
  private readonly slider: HTMLInputElement;
  private readonly value = h("output", { class: "value", for: "variety" });
  private readonly askSoon = afterPause(120, () => void this.ask());
  private shown = "";

  constructor(private readonly session: Session) {
    this.slider = h("input", {
      type: "range", id: "variety", min: 0, max: limits.temperature, step: 0.05, oninput: () => this.turn(),
    });
    this.element = h("section", { class: "view new", "aria-labelledby": "new-title" },
      h("div", { class: "panel-head" },
        h("div", {},
          h("h1", { id: "new-title" }, "New faces"),
          h("p", { class: "lead" }, "None of these people exists. Press a picture on its left to mix it as A, on its right as B.")),
        h("div", { class: "controls" },
          h("label", { class: "slider", for: "variety" }, h("span", {}, "Variety"), this.slider, this.value),
          h("button", { type: "button", class: "button primary", onclick: () => this.another() }, "Draw others"))),
      this.notice.element, this.grid,
      h("p", { class: "caption" }, "Not real people"));
    session.addEventListener("chosen", () => this.mark());
  }

  open(): void {
    const { seed, temperature } = this.session.state;
    if (seed === undefined) this.session.update({ seed: newSeed() });
    this.slider.value = String(temperature);
    this.paintValue();
    if (this.shown !== this.key()) void this.ask();
  }

  private key(): string {
    const { seed, temperature, seedModel } = this.session.state;
    return `${seed} ${temperature} ${seedModel}`;
  }

  private turn(): void {
    this.session.update({ temperature: Number(this.slider.value) });
    this.paintValue();
    this.askSoon();
  }

  private another(): void {
    this.session.update({ seed: newSeed(), seedModel: "" });
    void this.ask();
  }

  private paintValue(): void {
    this.value.textContent = Number(this.slider.value).toFixed(2);
    this.slider.style.setProperty("--filled", `${(Number(this.slider.value) / limits.temperature) * 100}%`);
    this.slider.setAttribute("aria-valuetext", `${this.value.textContent}, 0 is the average face, 1 is as varied as the model learnt`);
  }

  private async ask(): Promise<void> {
    const signal = this.latest.begin();
    const { seed = newSeed(), temperature, seedModel } = this.session.state;
    this.grid.classList.add("busy");
    this.notice.clear();
    try {
      const faces = await drawFaces(seed, facesShown, temperature, seedModel, signal).catch((error: unknown) => {
        if (seedModel === "" || !isGone(error)) throw error;
        return drawFaces(seed, facesShown, temperature, "", signal);
      });
      if (signal.aborted) return;
      this.cards.forEach((card, i) => card.show(faces[i]));
      this.session.update({ seed, seedModel: faces[0]?.model ?? "" });
      this.session.sawModel(faces[0]?.model ?? "");
      this.shown = this.key();
      this.mark();
    } catch (error) {
      if (!wasSuperseded(error, signal)) this.notice.fail(error, () => void this.ask());
    } finally {
      if (!signal.aborted) this.grid.classList.remove("busy");
    }
  }

  private mark(): void {
    for (const card of this.cards) card.mark(this.session.chosen);
  }
}

/** One face of the grid; its halves are the buttons for A and B. */
class Card {
  readonly element: HTMLElement;
  private readonly portrait: Portrait;
  private readonly halves: Record<Slot, HTMLButtonElement>;
  private face: Face | undefined;

  constructor(index: number, onUse: (slot: Slot, face: Face) => void) {
    this.portrait = new Portrait(320, `Face ${index + 1}`);
    const half = (slot: Slot) => h("button", {
      type: "button", class: "half", "data-use": slot, disabled: true,
      "aria-label": `Use face ${index + 1} as ${slot.toUpperCase()}`,
      onclick: () => { if (this.face) onUse(slot, this.face); },
    }, h("span", {}, slot.toUpperCase()));
    this.halves = { a: half("a"), b: half("b") };
    this.element = h("figure", { class: "card" }, this.portrait.element, this.halves.a, this.halves.b);
  }

  show(face: Face | undefined): void {
    this.face = face;
    this.portrait.show(face, face ? captionOf(face) : "");
    this.halves.a.disabled = this.halves.b.disabled = face === undefined;
    this.element.dataset["seed"] = face?.origin.kind === "seed" ? String(face.origin.seed) : "";
  }

  mark(chosen: Record<Slot, Face | undefined>): void {
    for (const slot of ["a", "b"] as Slot[]) {
      const on = this.face !== undefined && chosen[slot] === this.face;
      this.halves[slot].classList.toggle("on", on);
      this.halves[slot].setAttribute("aria-pressed", String(on));
    }
  }
}
