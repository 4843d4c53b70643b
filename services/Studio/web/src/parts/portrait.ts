import type { Face } from "../face";
import { h } from "../dom";

/**
 * A face on a canvas. The models' pictures are small (64 pixels, say), and a browser enlarges an image element
 * with a plain bilinear filter that shows its grid; a canvas can ask for the better one.
 */
export class Portrait {
  readonly element: HTMLElement;
  private readonly canvas: HTMLCanvasElement;

  /** `pixels` is the side of the backing store: twice the size on the page, for dense screens. */
  constructor(pixels: number, private readonly label: string) {
    this.canvas = h("canvas", { width: pixels, height: pixels, role: "img", "aria-label": `${label}: empty` });
    this.element = h("div", { class: "portrait empty" }, this.canvas);
  }

  show(face: Face | undefined, description = ""): void {
    this.element.classList.toggle("empty", face === undefined);
    const context = this.canvas.getContext("2d")!;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.setAttribute("aria-label", face ? [this.label, description].filter(Boolean).join(": ") : `${this.label}: empty`);
    if (!face) return;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(face.bitmap, 0, 0, this.canvas.width, this.canvas.height);
  }

  set busy(on: boolean) {
    this.element.classList.toggle("busy", on);
    this.element.toggleAttribute("aria-busy", on);
  }
}
