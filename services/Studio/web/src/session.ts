import { formatHash, formatOrigin, parseHash, type State } from "./address";
import type { Face } from "./face";

export type Slot = "a" | "b";

/** What the views share: the address, and the two faces to mix. Listeners hear of every change. */
export class Session extends EventTarget {
  state: State = parseHash(window.location.hash);
  readonly chosen: Record<Slot, Face | undefined> = { a: undefined, b: undefined };
  /** Fills the header's line about the model. */
  model = "";

  constructor() {
    super();
    window.addEventListener("hashchange", ({ newURL }) => {
      // The event's address, not the window's: a late update may have written over that one on the way here.
      const { hash } = new URL(newURL);
      if (hash === formatHash(this.state)) return;
      this.state = parseHash(hash);
      this.keepChosen("a");
      this.keepChosen("b");
      this.update({});
      this.dispatchEvent(new Event("navigated"));
    });
  }

  /** A face stays chosen unless the new address names another: going back must not lose what was picked since. */
  private keepChosen(slot: Slot): void {
    const named = formatOrigin(this.state[slot]);
    if (named === undefined) this.update({ [slot]: this.chosen[slot]?.origin });
    else if (named !== formatOrigin(this.chosen[slot]?.origin)) this.chosen[slot] = undefined;
  }

  /** Changes the state and the address. A change within a view replaces the history entry, so that Back leaves it. */
  update(change: Partial<State>): void {
    const turned = change.view !== undefined && change.view !== this.state.view;
    this.state = { ...this.state, ...change };
    const hash = formatHash(this.state);
    if (turned) window.history.pushState(null, "", hash);
    else window.history.replaceState(null, "", hash);
    if (turned) this.dispatchEvent(new Event("turned"));
  }

  choose(slot: Slot, face: Face | undefined): void {
    this.chosen[slot] = face;
    this.update({ [slot]: face?.origin });
    this.dispatchEvent(new Event("chosen"));
  }

  swap(): void {
    const { a, b } = this.chosen;
    this.chosen.a = b;
    this.chosen.b = a;
    this.update({ a: b?.origin, b: a?.origin, weight: 1 - this.state.weight });
    this.dispatchEvent(new Event("chosen"));
  }

  sawModel(model: string): void {
    if (model === "" || model === this.model) return;
    this.model = model;
    this.dispatchEvent(new Event("model"));
  }
}
