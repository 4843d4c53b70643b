import assert from "node:assert/strict";
import { test } from "node:test";
import { featureOf, grouped, listed, unmetWishes } from "../src/attributes";

test("features are grouped in the page's order, unknown ones last", () => {
  const groups = grouped(["Has_Halo", "Wearing_Hat", "Red_Hair", "Bald", "Black_Hair"]);
  assert.deepEqual(groups.map(({ group }) => group), ["Hair", "Accessories", "More"]);
  assert.deepEqual(groups[0]?.features.map(({ label }) => label), ["Black hair", "Red hair", "Bald"]);
  assert.deepEqual(groups[2]?.features.map(({ label }) => label), ["Has halo"]);
});

test("the values of one column are a group of their own", () => {
  const groups = grouped(["Age_0-2", "Age_more_than_70", "Gender_Female", "Gender_Male", "Has_Halo", "Bald"]);
  assert.deepEqual(groups.map(({ group, features }) => [group, ...features.map(({ label }) => label)]), [
    ["Hair", "Bald"], ["Age", "0–2", "More than 70"], ["Gender", "Female", "Male"], ["More", "Has halo"],
  ]);
  assert.deepEqual(unmetWishes(["Age_0-2"], ["Gender_Male"]), ["age 0–2", "not gender male"]);
});

test("an unknown name reads as itself", () => {
  assert.equal(featureOf("Big_Ears").label, "Big ears");
  assert.equal(featureOf("_").label, "_");
});

test("wishes that were left out read as they were wished", () => {
  assert.deepEqual(unmetWishes(["Wearing_Hat"], ["Smiling"]), ["hat", "not smiling"]);
  assert.equal(listed(unmetWishes(["Wearing_Hat", "Bald"], ["Smiling"])), "hat, bald and not smiling");
  assert.equal(listed(["one"]), "one");
  assert.equal(listed([]), "");
});
