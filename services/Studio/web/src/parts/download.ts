import type { Face } from "../face";

/** Hands a face's PNG to the browser's downloads. */
export function download(face: Face, name: string): void {
  const address = URL.createObjectURL(new Blob([new Uint8Array(face.png)], { type: "image/png" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}.png`;
  link.click();
  // The browser has taken its own reference by the next turn.
  window.setTimeout(() => URL.revokeObjectURL(address), 1000);
}
