import { sentenceFor } from "../api";
import { h } from "../dom";

/** A place where what went wrong is said, with the button that tries again. */
export class Notice {
  readonly element = h("div", { class: "notice", role: "alert", hidden: true });

  clear(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  fail(error: unknown, retry: () => void): void {
    this.say(sentenceFor(error), "Try again", retry);
  }

  say(sentence: string, action: string, act: () => void): void {
    const button = h("button", { type: "button", class: "button small", onclick: () => { this.clear(); act(); } }, action);
    this.element.replaceChildren(h("p", {}, sentence), button);
    this.element.hidden = false;
  }
}
