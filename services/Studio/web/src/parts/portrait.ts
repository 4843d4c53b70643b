import type { Face } from "../face";
import { h } from "../dom";

/**
 * A face on a canvas, which lets us enlarge it ourselves: the models' pictures are small (64 pixels, say), and the
 * browser's own filter shows their grid.
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
    enlarge(face.bitmap, context);
  }

  set busy(on: boolean) {
    this.element.classList.toggle("busy", on);
    this.element.toggleAttribute("aria-busy", on);
  }
}

/** Two sheets to double on, by turns; drawing is never interrupted, so that all portraits share them. */
const sheets = [new OffscreenCanvas(1, 1), new OffscreenCanvas(1, 1)];

/**
 * Doubles the picture until it would outgrow the canvas, then draws it. Each bilinear doubling weighs neighbours
 * 3 : 1, which in the limit is a quadratic B-spline: smooth edges where one large step leaves stairs.
 */
function enlarge(picture: ImageBitmap, onto: CanvasRenderingContext2D): void {
  const { width, height } = onto.canvas;
  let source: ImageBitmap | OffscreenCanvas = picture;
  for (let turn = 0; source.width * 2 <= width && source.height * 2 <= height; turn++) {
    const sheet: OffscreenCanvas = sheets[turn % 2]!;
    const { width: from, height: high }: { width: number; height: number } = source;
    sheet.width = from * 2;
    sheet.height = high * 2;
    const context = sheet.getContext("2d")!;
    context.imageSmoothingQuality = "low";
    context.drawImage(source, 0, 0, sheet.width, sheet.height);
    source = sheet;
  }
  onto.imageSmoothingQuality = "high";
  onto.drawImage(source, 0, 0, width, height);
}
