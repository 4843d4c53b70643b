import { h } from "../dom";
import type { Face } from "../face";
import type { Session, Slot } from "../session";

/** The two buttons that take a face over into the mix. */
export function useAsButtons(session: Session, face: () => Face | undefined): HTMLElement[] {
  return (["a", "b"] as Slot[]).map((slot) => h("button", {
    type: "button", class: "button", "data-use": slot,
    onclick: () => { if (face()) session.choose(slot, face()); },
  }, `Use as ${slot.toUpperCase()}`));
}
