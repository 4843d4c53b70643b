import type { View } from "./address";
import { h } from "./dom";
import { Portrait } from "./parts/portrait";
import { Session, type Slot } from "./session";
import { FeaturesView } from "./views/features";
import { GalleryView } from "./views/gallery";
import { MixView } from "./views/mix";

const session = new Session();
const views = {
  features: new FeaturesView(session),
  mix: new MixView(session),
  new: new GalleryView(session),
};
const titles: Record<View, string> = { features: "By features", mix: "Mix", new: "New faces" };

const tabs = Object.entries(titles).map(([view, title]) => h("button", {
  type: "button", class: "tab", "data-view": view, onclick: () => session.update({ view: view as View }),
}, title));
const content = document.querySelector("main")!;
const modelLine = document.querySelector<HTMLElement>(".model")!;
const tray = document.querySelector<HTMLElement>(".tray")!;
const trayFaces: Record<Slot, Portrait> = { a: new Portrait(112, "A"), b: new Portrait(112, "B") };
const mixThem = h("button", {
  type: "button", class: "button primary", onclick: () => session.update({ view: "mix" }),
}, "Mix them");

function turn(): void {
  const { view } = session.state;
  for (const tab of tabs) {
    if (tab.dataset["view"] === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  document.title = `${titles[view]} · FaceMix`;
  if (content.firstChild !== views[view].element) content.replaceChildren(views[view].element);
  paintTray();
  views[view].open();
}

/** What is chosen so far, in the views where one chooses. */
function paintTray(): void {
  const { a, b } = session.chosen;
  trayFaces.a.show(a);
  trayFaces.b.show(b);
  // A link's faces are decoded when the mix is opened, and count as chosen before that.
  const hasA = a || session.state.a, hasB = b || session.state.b;
  mixThem.textContent = hasA && hasB ? "Mix them" : `Choose ${hasA ? "B" : "A"} too`;
  mixThem.disabled = !hasA || !hasB;
  tray.hidden = session.state.view === "mix" || (!a && !b);
}

document.querySelector(".tabs")!.append(...tabs);
tray.append(trayFaces.a.element, h("span", { class: "plus", "aria-hidden": "true" }, "+"), trayFaces.b.element, mixThem);
session.addEventListener("turned", turn);
session.addEventListener("navigated", turn);
session.addEventListener("chosen", paintTray);
session.addEventListener("model", () => { modelLine.textContent = session.model; });
turn();
