import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyState, formatHash, parseHash, type State } from "../src/address";

const full: State = {
  view: "mix", want: ["Eyeglasses", "5_o_Clock_Shadow", "Age_20-29"], avoid: ["Smiling"], pick: 2n ** 64n - 1n,
  pickModel: "facemix-64@20261120-213000-2", a: { kind: "stored", id: 42n },
  b: { kind: "seed", seed: 7n, temperature: 0.85, model: "facemix-64@20261120-213000" }, weight: 0.3125,
  seed: 0n, seedModel: "facemix-64@20261120-213000", temperature: 1.5,
};

test("a link gives back the state it was made from", () => {
  assert.deepEqual(parseHash(formatHash(full)), full);
  assert.deepEqual(parseHash(formatHash(emptyState())), emptyState());
  assert.equal(formatHash(emptyState()), "#features");
});

test("a photograph never gets into a link", () => {
  const hash = formatHash({ ...full, a: { kind: "private" }, b: { kind: "private" } });
  assert.doesNotMatch(hash, /[?&][ab]=/);
});

test("what a link says wrongly is left out", () => {
  for (const hash of [
    "", "#", "#elsewhere?want=a", "#mix?a=id-x&b=seed--1-1-x&weight=7", "#mix?weight=NaN&variety=-1&seed=1e9",
    `#features?pick=${"9".repeat(20)}`, "#features?want=<img>,%00", "#new?variety=2&model=../../etc",
  ]) {
    const { view: _, want, ...rest } = parseHash(hash);
    const { view: __, want: ___, ...start } = emptyState();
    assert.deepEqual(rest, start, hash);
    assert.ok(want.every((name) => /^[^<>\p{Cc}]+$/u.test(name)), hash);
  }
});

test("nothing is both wanted and avoided", () => {
  const state = parseHash("#features?want=Bald,Bald,Young&avoid=Bald,Smiling");
  assert.deepEqual(state.want, ["Bald", "Young"]);
  assert.deepEqual(state.avoid, ["Smiling"]);
});

test("a link of any length is read in bounded work", () => {
  const state = parseHash(`#features?want=${Array.from({ length: 5000 }, (_, i) => `a${i}`).join(",")}`);
  assert.ok(state.want.length <= 64);
});
