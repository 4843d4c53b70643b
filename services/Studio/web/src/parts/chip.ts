import type { Feature } from "../attributes";
import { h } from "../dom";

export type Wish = "any" | "want" | "avoid";

const next: Record<Wish, Wish> = { any: "want", want: "avoid", avoid: "any" };
const spoken: Record<Wish, string> = { any: "either way", want: "wanted", avoid: "avoided" };

/** A feature with three states; a press goes on to the next one, with Shift to the one before. */
export class Chip {
  readonly element: HTMLButtonElement;
  private readonly share: HTMLElement;
  private wish: Wish = "any";

  constructor(readonly feature: Feature, onWish: (wish: Wish) => void) {
    this.share = h("span", { class: "share", "aria-hidden": "true" });
    this.element = h("button", {
      type: "button", class: "chip", "data-feature": feature.name,
      onclick: (event) => {
        const wish = (event as MouseEvent).shiftKey ? next[next[this.wish]] : next[this.wish];
        this.set(wish, false);
        onWish(wish);
      },
    }, h("span", { class: "mark", "aria-hidden": "true" }), h("span", { class: "label" }, feature.label), this.share);
    this.set("any", false);
  }

  /** How many of all faces have the feature. */
  count(count: bigint, total: bigint): void {
    const percent = total > 0n ? Math.round(Number(count * 1000n / total) / 10) : 0;
    this.share.textContent = `${percent}%`;
    this.element.title = `${count.toLocaleString("en")} of ${total.toLocaleString("en")} faces`;
  }

  /** `unmet`: the face shown does not grant this wish. */
  set(wish: Wish, unmet: boolean): void {
    this.wish = wish;
    this.element.dataset["wish"] = wish;
    this.element.classList.toggle("unmet", unmet);
    const state = spoken[wish] + (unmet ? ", left out" : "");
    this.element.setAttribute("aria-label", `${this.feature.label}: ${state}`);
    this.element.setAttribute("aria-pressed", wish === "want" ? "true" : wish === "avoid" ? "mixed" : "false");
  }
}
