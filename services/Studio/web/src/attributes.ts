/** How a dataset's attribute appears on the page. */
export interface Feature {
  /** The dataset's own name. */
  name: string;
  /** On the chip. */
  label: string;
  group: string;
}

// CelebA's names and the drawn faces' own, in the order in which people think of a face.
const groups: Record<string, Record<string, string>> = {
  "Hair": {
    Black_Hair: "Black hair", Brown_Hair: "Brown hair", Blond_Hair: "Blond hair", Red_Hair: "Red hair",
    Gray_Hair: "Grey hair", Long_Hair: "Long hair", Short_Hair: "Short hair", Straight_Hair: "Straight hair",
    Wavy_Hair: "Wavy hair", Curly_Hair: "Curly hair", Bangs: "Fringe", Bald: "Bald",
    Receding_Hairline: "Receding hairline",
  },
  "Eyes": {
    Eyeglasses: "Glasses", Blue_Eyes: "Blue eyes", Brown_Eyes: "Brown eyes", Green_Eyes: "Green eyes",
    Gaze_Left: "Looking left", Gaze_Right: "Looking right", Narrow_Eyes: "Narrow eyes",
    Bags_Under_Eyes: "Bags under the eyes", Bushy_Eyebrows: "Bushy brows", Arched_Eyebrows: "Arched brows",
  },
  "Mouth and nose": {
    Smiling: "Smiling", Mouth_Slightly_Open: "Open mouth", Big_Lips: "Full lips", Big_Nose: "Large nose",
    Pointy_Nose: "Pointed nose",
  },
  "Beard": {
    No_Beard: "No beard", Beard: "Beard", Mustache: "Moustache", Goatee: "Goatee", Sideburns: "Sideburns",
    "5_o_Clock_Shadow": "Stubble",
  },
  "Accessories": {
    Wearing_Hat: "Hat", Wearing_Earrings: "Earrings", Wearing_Necklace: "Necklace", Wearing_Necktie: "Tie",
  },
  "Face": {
    Young: "Young", Male: "Male", Oval_Face: "Oval face", Round_Face: "Round face", Chubby: "Round cheeks",
    Double_Chin: "Double chin", High_Cheekbones: "High cheekbones", Rosy_Cheeks: "Rosy cheeks",
    Pale_Skin: "Pale skin", Dark_Skin: "Dark skin", Freckles: "Freckles", Wearing_Lipstick: "Lipstick",
    Heavy_Makeup: "Heavy make-up",
  },
};

const known = new Map<string, Feature>(Object.entries(groups).flatMap(([group, features]) =>
  Object.entries(features).map(([name, label]) => [name, { name, label, group }] as const)));

/** An attribute's label and group; a name of which nothing is known reads as itself, under "More". */
export function featureOf(name: string): Feature {
  const feature = known.get(name);
  if (feature) return feature;
  return { name, label: asLabel(name), group: "More" };
}

function asLabel(name: string): string {
  // A range of numbers has a dash, not a hyphen.
  const words = name.replaceAll("_", " ").replaceAll(/(\d)-(\d)/g, "$1–$2").trim().toLowerCase();
  return words === "" ? name : words[0]!.toUpperCase() + words.slice(1);
}

/** The values of one column, "Age_20-29" and "Age_30-39", are a group of their own: Age, of 20–29 and 30–39. */
function byColumn(features: Feature[]): Feature[] {
  const columnOf = ({ name }: Feature) => /^([^_]+)_./.exec(name)?.[1];
  const sizes = new Map<string, number>();
  for (const column of features.map(columnOf)) if (column) sizes.set(column, (sizes.get(column) ?? 0) + 1);
  return features.map((feature) => {
    const column = columnOf(feature);
    return column === undefined || sizes.get(column)! < 2 ? feature
      : { name: feature.name, group: asLabel(column), label: asLabel(feature.name.slice(column.length + 1)) };
  });
}

/** The groups that these attributes fill: the page's own in their order, a data set's columns, "More" last. */
export function grouped(names: readonly string[]): { group: string; features: Feature[] }[] {
  const all = names.map(featureOf);
  const columns = byColumn(all.filter((feature) => feature.group === "More"));
  const features = [...all.filter((feature) => feature.group !== "More"), ...columns];
  const titles = new Set([...Object.keys(groups), ...columns.map(({ group }) => group).filter((group) => group !== "More"), "More"]);
  const order = [...known.keys()];
  const rank = (feature: Feature) => {
    const place = order.indexOf(feature.name);
    return place < 0 ? order.length : place;
  };
  return [...titles]
    .map((group) => ({ group, features: features.filter((f) => f.group === group).sort((a, b) => rank(a) - rank(b)) }))
    .filter(({ features }) => features.length > 0);
}

/** The wishes that no face could grant, as they were wished: "hat", "not smiling". */
export function unmetWishes(missing: readonly string[], unwanted: readonly string[]): string[] {
  const inSentence = (name: string) => {
    const label = featureOf(name).label;
    return label[0]!.toLowerCase() + label.slice(1);
  };
  return [...missing.map(inSentence), ...unwanted.map((name) => `not ${inSentence(name)}`)];
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
