import fc from "fast-check";

// Property tests try the same cases each time, so that one that fails is about the change at hand.
// BAKUP_TEST_SEED=random, or another number, looks for new ones.
const { BAKUP_TEST_SEED = "20261122" } = process.env;
if (BAKUP_TEST_SEED !== "random") {
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(BAKUP_TEST_SEED) });
}
