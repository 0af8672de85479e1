/** How many cases each fuzzer tries; BAKUP_TEST_FUZZ gives another number. */
export const RUNS = Number(process.env.BAKUP_TEST_FUZZ ?? 2000);
